using System.CommandLine;
using Hrm.Runtime;
using TorchSharp;

namespace Hrm.Tool;

/// <summary>The options of every command that computes: device, dtype, precision and threads.</summary>
internal static class TorchOptions
{
    /// <summary>The forward dtypes, for messages.</summary>
    public const string DtypeText = "float32 or bfloat16";

    // Far more threads end the process.
    private static readonly int MostThreads = Math.Max(256, Environment.ProcessorCount);

    public static Option<string> Device { get; } = new("--device") { Description = "The device: cpu, cuda or cuda:N.", DefaultValueFactory = _ => "cpu", CompletionSources = { "cpu", "cuda" }, HelpName = "device" };

    public static Option<string?> Dtype { get; } = new("--dtype") { Description = $"The dtype to compute in, {DtypeText}; by default that of the model's config.", CompletionSources = { "float32", "bfloat16" }, HelpName = "dtype" };

    public static Option<bool> Tf32 { get; } = new("--tf32") { Description = "Let CUDA round the factors of float32 products to TensorFloat-32." };

    public static Option<int?> Threads { get; } = new("--threads") { Description = "The number of libtorch's threads; all cores by default." };

    /// <summary>Sets the number of threads and the precision of products, and returns the device.</summary>
    public static torch.Device Apply(ParseResult result) => Apply(result.GetValue(Device)!, result.GetValue(Threads), result.GetValue(Tf32));

    /// <inheritdoc cref="Apply(ParseResult)"/>
    public static torch.Device Apply(string device, int? threads, bool allowsTf32)
    {
        TorchRuntime.EnsureLoaded();
        if (threads is { } count)
        {
            torch.set_num_threads(count >= 1 && count <= MostThreads ? count : throw new UsageException($"--threads: expected 1 to {MostThreads}, got {count}."));
        }

        // Always set: it holds for the whole process, and libtorch's defaults differ.
        torch.backends.cuda.matmul.allow_tf32 = allowsTf32;
        torch.backends.cudnn.allow_tf32 = allowsTf32;
        return ReadDevice(device);
    }

    /// <summary>Reads the name of a forward dtype; <see langword="null"/> stays <see langword="null"/>.</summary>
    public static torch.ScalarType? ReadDtype(string? name) => name switch
    {
        null => null,
        "float32" => torch.ScalarType.Float32,
        "bfloat16" => torch.ScalarType.BFloat16,
        _ => throw new UsageException($"--dtype: expected {DtypeText}, got '{name}'."),
    };

    private static torch.Device ReadDevice(string name)
    {
        if (name == "cpu")
        {
            return torch.CPU;
        }

        var index = name == "cuda" ? 0 : name.StartsWith("cuda:", StringComparison.Ordinal) && int.TryParse(name.AsSpan(5), out var number) ? number : -1;
        if (index < 0)
        {
            throw new UsageException($"--device: expected cpu, cuda or cuda:0, cuda:1, …, got '{name}'.");
        }

        var count = torch.cuda.is_available() ? torch.cuda.device_count() : 0;
        return index < count
            ? new torch.Device(DeviceType.CUDA, index)
            : throw new UsageException($"--device: expected an available device, got '{name}': libtorch finds {count} CUDA devices.");
    }
}
