namespace Hrm.Core;

/// <summary>A tensor of a torch.save file, checked to lie within its storage.</summary>
/// <param name="Entry">What is told of it.</param>
/// <param name="Tensor">Where its values are in the storage.</param>
/// <param name="Data">The storage.</param>
internal sealed record StoredTensor(WeightsEntry Entry, TorchTensor Tensor, StoredZipEntry Data)
{
    /// <summary>The longest span of values that are not contiguous. They are picked from one array.</summary>
    private const int MaxStridedBytes = 1 << 28;

    /// <summary>Checks a value of a state dict.</summary>
    /// <param name="zip">The file.</param>
    /// <param name="name">The value's name.</param>
    /// <param name="value">What the pickle made.</param>
    public static StoredTensor Check(StoredZip zip, string name, object? value)
    {
        var tensor = value as TorchTensor
            ?? throw new WeightsFormatException(zip.Path, $"expected a state dict whose values are tensors, got {PickleText.Of(value)}: save model.state_dict() alone", name);
        var storage = tensor.Storage;
        var data = zip.Find(TorchSaveFile.DataFolder + storage.Key)
            ?? throw new WeightsFormatException(zip.Path, $"zip: expected the entry {TorchSaveFile.DataFolder}{storage.Key}, got none", name);
        if ((Int128)storage.Count * storage.Dtype.Size != data.Length)
        {
            throw new WeightsFormatException(zip.Path, $"expected a storage of {storage.Count} × {storage.Dtype.Size} bytes, got {data.Length} in {Quote.Text(data.Name)}", name);
        }

        return new StoredTensor(CheckedEntry(zip.Path, name, tensor), tensor, data);
    }

    private static WeightsEntry CheckedEntry(string path, string name, TorchTensor tensor)
    {
        var storage = tensor.Storage;
        if (SafetensorsLayout.ByteLength(tensor.Shape, storage.Dtype.Size) is not { } length || length > storage.Count * storage.Dtype.Size)
        {
            throw new WeightsFormatException(path, $"shape: expected no more elements than the storage's {storage.Count}, got [{string.Join(", ", tensor.Shape)}]", name);
        }

        if (tensor.Extent > storage.Count - (Int128)tensor.Offset)
        {
            throw new WeightsFormatException(path, $"expected values within the storage's {storage.Count} elements, got offset {tensor.Offset}, shape [{string.Join(", ", tensor.Shape)}], stride [{string.Join(", ", tensor.Strides)}]", name);
        }

        if (!tensor.IsContiguous && tensor.Extent * storage.Dtype.Size > MaxStridedBytes)
        {
            throw new WeightsFormatException(path, $"stride: expected contiguous values if they span more than {MaxStridedBytes} bytes, got stride [{string.Join(", ", tensor.Strides)}]", name);
        }

        return new WeightsEntry(name, storage.Dtype, tensor.Shape, tensor.Offset * storage.Dtype.Size, length);
    }
}
