using TorchSharp;

namespace Hrm.Tool;

/// <summary>Device, dtype and the precision of products as one writes them on a command line.</summary>
internal static class TorchOptions
{
    public const string DeviceText = "cpu, cuda or cuda:0, cuda:1, …";
    public const string DtypeText = "float32 or bfloat16";

    /// <summary>Reads the name of a device that is there.</summary>
    /// <param name="name">For instance <c>cuda:0</c>.</param>
    /// <param name="error">What is wrong with it; null where nothing is.</param>
    public static torch.Device? ReadDevice(string name, out string? error)
    {
        error = null;
        if (name == "cpu")
        {
            return torch.CPU;
        }

        var index = name == "cuda" ? 0 : name.StartsWith("cuda:", StringComparison.Ordinal) && int.TryParse(name.AsSpan(5), out var number) ? number : -1;
        if (index < 0)
        {
            error = $"expected {DeviceText}, got '{name}'";
            return null;
        }

        var count = torch.cuda.is_available() ? torch.cuda.device_count() : 0;
        if (index < count)
        {
            return new torch.Device(DeviceType.CUDA, index);
        }

        error = $"expected an available device, got '{name}': libtorch finds {count} CUDA devices";
        return null;
    }

    /// <summary>Reads the name of a forward dtype.</summary>
    public static bool TryReadDtype(string name, out torch.ScalarType dtype)
    {
        (dtype, var isKnown) = name switch
        {
            "float32" => (torch.ScalarType.Float32, true),
            "bfloat16" => (torch.ScalarType.BFloat16, true),
            _ => (default, false),
        };
        return isKnown;
    }

    /// <summary>
    /// Whether CUDA may round the factors of float32 products to TensorFloat-32, 10 bits of mantissa. It holds for the whole
    /// process, so it is always set, never left to what libtorch starts with.
    /// </summary>
    public static void AllowTensorFloat32(bool isAllowed)
    {
        torch.backends.cuda.matmul.allow_tf32 = isAllowed;
        torch.backends.cudnn.allow_tf32 = isAllowed;
    }
}
