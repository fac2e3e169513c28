using System.CommandLine;
using System.CommandLine.Parsing;
using TorchSharp;
using static TorchSharp.torch;

namespace Hrm.Benchmarks.Commands;

/// <summary>Command that runs on any device.</summary>
internal abstract class DeviceCommand : Command
{
    private readonly Option<Device> _device = new("--device") { Description = "cpu or cuda:0, cuda:1, …", CustomParser = ParseDevice, DefaultValueFactory = _ => CPU };
    private readonly Option<string?> _dtype = new("--dtype") { Description = "Forward dtype." };
    private readonly Option<bool> _allowsTensorFloat32 = new("--tf32") { Description = "Allow TensorFloat-32 for float32 products." };
    private readonly Option<double> _seconds = new("--seconds") { Description = "Time limit; fewer rounds are measured.", DefaultValueFactory = _ => 120 };
    private readonly Option<FileInfo?> _output = new("--output") { Description = "JSON file for the result." };

    protected DeviceCommand(string name, string description)
        : base(name, description)
    {
        _dtype.AcceptOnlyFromAmong("float32", "bfloat16");
        Add(_device);
        Add(_dtype);
        Add(_allowsTensorFloat32);
        Add(_seconds);
        Add(_output);
        SetAction(result => Run(result, ReadSettings(result)));
    }

    /// <summary>Runs the command and returns its exit code.</summary>
    protected abstract int Run(ParseResult result, DeviceSettings device);

    private DeviceSettings ReadSettings(ParseResult result)
    {
        // Set for the whole process, because the default is libtorch's.
        var allowsTensorFloat32 = result.GetValue(_allowsTensorFloat32);
        backends.cuda.matmul.allow_tf32 = allowsTensorFloat32;
        backends.cudnn.allow_tf32 = allowsTensorFloat32;
        return new DeviceSettings(
            result.GetValue(_device)!,
            result.GetValue(_dtype) switch { null => null, "bfloat16" => ScalarType.BFloat16, _ => ScalarType.Float32 },
            allowsTensorFloat32,
            TimeSpan.FromSeconds(result.GetValue(_seconds)),
            result.GetValue(_output)?.FullName);
    }

    private static Device? ParseDevice(ArgumentResult result)
    {
        var name = result.Tokens[0].Value;
        if (name == "cpu")
        {
            return CPU;
        }

        var index = name == "cuda" ? 0 : name.StartsWith("cuda:", StringComparison.Ordinal) && int.TryParse(name.AsSpan(5), out var number) ? number : -1;
        var count = cuda.is_available() ? cuda.device_count() : 0;
        if (index >= 0 && index < count)
        {
            return new Device(DeviceType.CUDA, index);
        }

        result.AddError($"--device: expected cpu or one of {count} CUDA devices, got '{name}'");
        return null;
    }
}
