using System.Diagnostics;
using System.Text.Json;
using Hrm.Benchmarks.Measuring;
using Hrm.Layers;
using Hrm.Runtime;
using TorchSharp;

namespace Hrm.Benchmarks.Devices;

/// <summary>What a result on a device was measured with.</summary>
/// <param name="Device">The device's name in libtorch.</param>
/// <param name="Card">Name, memory and driver of every NVIDIA card, as the driver tells them.</param>
/// <param name="Libtorch">The library that computes.</param>
/// <param name="TorchSharp">The version of TorchSharp.</param>
/// <param name="TensorFloat32">Whether float32 products may round their factors.</param>
/// <param name="Machine">The host.</param>
internal sealed record DeviceFacts(string Device, string Card, string? Libtorch, string? TorchSharp, bool TensorFloat32, MachineState Machine)
{
    private static readonly JsonSerializerOptions Json = new(JsonSerializerDefaults.Web) { WriteIndented = true };

    public static DeviceFacts Of(DeviceArguments arguments) => new(
        DeviceArguments.NameOf(arguments.Device),
        Cards(),
        TorchRuntime.Describe().Libtorch,
        typeof(torch).Assembly.GetName().Version?.ToString(),
        torch.backends.cuda.matmul.allow_tf32,
        MachineState.Now());

    /// <summary>Prints where a result is, and writes it with these facts where a file was asked for.</summary>
    public void Write<T>(DeviceArguments arguments, string command, T result)
    {
        if (arguments.Output is { } path)
        {
            Directory.CreateDirectory(Path.GetDirectoryName(Path.GetFullPath(path))!);
            File.WriteAllText(path, JsonSerializer.Serialize(new { Command = command, Facts = this, Result = result }, Json) + "\n");
            Console.WriteLine(path);
        }
    }

    private static string Cards()
    {
        try
        {
            var start = new ProcessStartInfo("nvidia-smi", ["--query-gpu=name,memory.total,driver_version", "--format=csv,noheader"])
            {
                RedirectStandardOutput = true,
                RedirectStandardError = true,
            };
            using var process = Process.Start(start)!;
            var text = process.StandardOutput.ReadToEnd().Trim();
            process.WaitForExit();
            return process.ExitCode == 0 && text.Length > 0 ? text.ReplaceLineEndings("; ") : "none";
        }
        catch (System.ComponentModel.Win32Exception)
        {
            return "none";
        }
    }
}
