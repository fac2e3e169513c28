using System.CommandLine;
using System.Text.Json;
using Hrm.Benchmarks.Measuring;
using Hrm.Runtime;
using Hrm.Tool;
using TorchSharp;
using static TorchSharp.torch;

namespace Hrm.Benchmarks.Commands;

/// <summary>Command that runs on any device.</summary>
internal abstract class DeviceCommand : Command
{
    private readonly Option<double> _seconds = new("--seconds") { Description = "Time limit; fewer rounds are measured.", DefaultValueFactory = _ => 120 };
    private readonly Option<FileInfo?> _output = new("--output") { Description = "JSON file for the result." };

    protected DeviceCommand(string name, string description)
        : base(name, description)
    {
        Add(TorchOptions.Device);
        Add(TorchOptions.Dtype);
        Add(TorchOptions.Tf32);
        Add(_seconds);
        Add(_output);
        SetAction(result => Run(result, new DeviceSettings(
            TorchOptions.Apply(result),
            TorchOptions.ReadDtype(result.GetValue(TorchOptions.Dtype)),
            result.GetValue(TorchOptions.Tf32),
            TimeSpan.FromSeconds(result.GetValue(_seconds)),
            result.GetValue(_output))));
    }

    /// <summary>Runs the command and returns its exit code.</summary>
    protected abstract int Run(ParseResult result, DeviceSettings device);
}

/// <summary>Options of a <see cref="DeviceCommand"/>.</summary>
/// <param name="Device">The device.</param>
/// <param name="Dtype">Forward dtype; <see langword="null"/> for the command's default.</param>
/// <param name="AllowsTensorFloat32">Whether float32 products may use TensorFloat-32.</param>
/// <param name="Time">Time limit.</param>
/// <param name="Output">JSON file for the result.</param>
internal sealed record DeviceSettings(Device Device, ScalarType? Dtype, bool AllowsTensorFloat32, TimeSpan Time, FileInfo? Output)
{
    private static readonly JsonSerializerOptions Json = new(JsonSerializerDefaults.Web) { WriteIndented = true };

    /// <summary>The same options for another process of this program.</summary>
    public string[] Arguments =>
        ["--device", $"{Device}", .. Dtype is { } dtype ? ["--dtype", dtype.Label()] : Array.Empty<string>(), .. AllowsTensorFloat32 ? ["--tf32"] : Array.Empty<string>()];

    /// <summary>Measures sides in rounds that wait for the device.</summary>
    public RoundTimes Measure(int rounds, int warmups, params IEnumerable<Side> sides)
    {
        Side[] waiting = [.. sides.Select(side => side with { Run = side.Run + (() => DeviceMemory.Wait(Device)) })];
        return RoundTimes.Measure(waiting, rounds, warmups, Time);
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
            Device = $"{Device}",
            TorchRuntime.Describe().Libtorch,
            TorchSharp = typeof(torch).Assembly.GetName().Version?.ToString(),
            TensorFloat32 = AllowsTensorFloat32,
            Machine = MachineState.Now(),
        };
        Output.Directory!.Create();
        File.WriteAllText(Output.FullName, JsonSerializer.Serialize(new { Command = command, Facts = facts, Result = result }, Json) + "\n");
        Console.WriteLine(Output.FullName);
    }
}
