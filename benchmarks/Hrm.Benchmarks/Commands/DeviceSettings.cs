using System.Text.Json;
using Hrm.Benchmarks.Measuring;
using Hrm.Runtime;
using TorchSharp;
using static TorchSharp.torch;

namespace Hrm.Benchmarks.Commands;

/// <summary>Options of a <see cref="DeviceCommand"/>.</summary>
/// <param name="Device">The device.</param>
/// <param name="Dtype">Forward dtype; <see langword="null"/> for the command's default.</param>
/// <param name="AllowsTensorFloat32">Whether float32 products may use TensorFloat-32.</param>
/// <param name="Time">Time limit.</param>
/// <param name="Output">JSON file for the result.</param>
internal sealed record DeviceSettings(Device Device, ScalarType? Dtype, bool AllowsTensorFloat32, TimeSpan Time, string? Output)
{
    private static readonly JsonSerializerOptions Json = new(JsonSerializerDefaults.Web) { WriteIndented = true };

    /// <summary>Name of the device on the command line.</summary>
    public string Name => Device.type == DeviceType.CPU ? "cpu" : $"cuda:{Math.Max(0, Device.index)}";

    /// <summary>The same options for another process of this program.</summary>
    public string[] Arguments =>
        ["--device", Name, .. Dtype is { } dtype ? ["--dtype", dtype.Label()] : Array.Empty<string>(), .. AllowsTensorFloat32 ? ["--tf32"] : Array.Empty<string>()];

    /// <summary>Waits until the device has finished its work.</summary>
    public void Wait()
    {
        if (Device.type == DeviceType.CUDA)
        {
            cuda.synchronize(Device);
        }
    }

    /// <summary>Measures sides in rounds that wait for the device.</summary>
    public RoundTimes Measure(int rounds, int warmups, params IEnumerable<Side> sides)
    {
        Side[] waiting = [.. sides.Select(side => side with { Run = side.Run + Wait })];
        return InterleavedRounds.Measure(waiting, rounds, warmups, Time);
    }

    /// <summary>Writes a result with libtorch and machine to the output file, if there is one.</summary>
    public void Write<T>(string command, T result)
    {
        if (Output is null)
        {
            return;
        }

        var facts = new
        {
            Device = Name,
            TorchRuntime.Describe().Libtorch,
            TorchSharp = typeof(torch).Assembly.GetName().Version?.ToString(),
            TensorFloat32 = AllowsTensorFloat32,
            Machine = MachineState.Now(),
        };
        Directory.CreateDirectory(Path.GetDirectoryName(Output)!);
        File.WriteAllText(Output, JsonSerializer.Serialize(new { Command = command, Facts = facts, Result = result }, Json) + "\n");
        Console.WriteLine(Output);
    }
}
