using System.Text;
using TorchSharp;
using static TorchSharp.torch;

namespace Hrm.Core;

/// <summary>
/// Writes state dicts as PyTorch's <c>torch.save</c> does, so that <c>torch.load</c> gives an OrderedDict of tensors, also with
/// <c>weights_only=True</c>. Equal tensors in equal order give equal bytes; a file appears under its name whole or not at all.
/// </summary>
/// <remarks>
/// Each tensor has a storage of its own, contiguous and at a multiple of 64 bytes.
/// Reference: https://docs.pytorch.org/docs/stable/notes/serialization.html
/// </remarks>
public static class TorchSaveWriter
{
    /// <summary>The folder in the archive, of which a reader takes any name.</summary>
    private const string ArchiveFolder = "archive";

    /// <summary>The archive format that PyTorch has written since 1.6.</summary>
    private const string FormatVersion = "3\n";

    /// <summary>Saves tensors of any device and layout, one at a time, so that at most one copy is in memory.</summary>
    /// <param name="path">The file, replaced if it exists; its folder must exist.</param>
    /// <param name="tensors">The tensors by name, in the order of the state dict. They are not disposed.</param>
    /// <exception cref="WeightsFormatException">A name occurs twice, or the format has no such element type.</exception>
    /// <exception cref="HrmFileException">The file cannot be written; an existing one is left as it was.</exception>
    public static void Save(string path, IEnumerable<KeyValuePair<string, Tensor>> tensors)
    {
        using var staged = Stage(path, tensors);
        staged.Commit();
    }

    /// <summary>Writes the file beside its final name.</summary>
    internal static StagedFile Stage(string path, IEnumerable<KeyValuePair<string, Tensor>> tensors)
    {
        ArgumentException.ThrowIfNullOrEmpty(path);
        ArgumentNullException.ThrowIfNull(tensors);
        var items = tensors.Select(item => (Name: item.Key, Dtype: WeightsDtype.Require(item.Value, item.Key, path), Tensor: item.Value)).ToList();
        var pickle = PickleWriter.Write(items.Select(item => (item.Name, item.Dtype, item.Tensor.shape)));
        RequireReadable(path, pickle, items);
        return StagedFile.Write(path, stream =>
        {
            var zip = new StoredZipWriter(stream, ArchiveFolder);
            Add(zip, TorchSaveFile.PickleName, pickle);
            Add(zip, TorchSaveFile.ByteOrderName, Encoding.ASCII.GetBytes(TorchSaveFile.LittleEndian));
            for (var i = 0; i < items.Count; i++)
            {
                var tensor = items[i].Tensor;
                zip.Add(FormattableString.Invariant($"{TorchSaveFile.DataFolder}{i}"), SafetensorsWriter.ByteLength(tensor), sink => WriteData(tensor, sink));
            }

            Add(zip, TorchSaveFile.VersionName, Encoding.ASCII.GetBytes(FormatVersion));
            zip.Finish();
        });
    }

    /// <summary>
    /// A name that our own reader refuses (it occurs twice, it is too long), or reads as another (it is not valid Unicode), must
    /// not reach the disk.
    /// </summary>
    private static void RequireReadable(string path, ReadOnlyMemory<byte> pickle, List<(string Name, WeightsDtype Dtype, Tensor Tensor)> items)
    {
        var read = Unpickler.Load(pickle.ToArray(), path) as PickleDictionary;
        for (var i = 0; i < items.Count; i++)
        {
            if (read?.Items[i].Key != items[i].Name)
            {
                throw new WeightsFormatException(path, "expected a name that is valid Unicode", items[i].Name);
            }
        }
    }

    private static void Add(StoredZipWriter zip, string name, ReadOnlyMemory<byte> bytes) => zip.Add(name, bytes.Length, sink => sink(bytes.Span));

    private static void WriteData(Tensor tensor, StoredZipWriter.Sink sink)
    {
        using var scope = NewDisposeScope();
        using var noGrad = no_grad();
        TensorBytes.Visit(tensor.detach().cpu().contiguous(), (_, bytes) => sink(bytes));
    }
}
