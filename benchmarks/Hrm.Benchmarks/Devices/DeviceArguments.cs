using System.Globalization;
using Hrm.Benchmarks.Measuring;
using TorchSharp;
using static TorchSharp.torch;

namespace Hrm.Benchmarks.Devices;

/// <summary>The options of the commands that run on any device.</summary>
/// <param name="Device">Where it is computed.</param>
/// <param name="Dtype">The forward dtype, where one was asked for.</param>
/// <param name="AllowsTensorFloat32">Whether float32 products may round their factors.</param>
/// <param name="Time">How long the measurement may take; it takes fewer rounds rather than longer.</param>
/// <param name="Output">The JSON file that takes the result.</param>
/// <param name="Values">The command's own options.</param>
internal sealed record DeviceArguments(
    Device Device, ScalarType? Dtype, bool AllowsTensorFloat32, TimeSpan Time, string? Output, IReadOnlyDictionary<string, string> Values)
{
    private static readonly TimeSpan DefaultTime = TimeSpan.FromSeconds(120);

    /// <summary>Reads the options, and sets the precision of products.</summary>
    /// <param name="arguments">The arguments after the command.</param>
    /// <param name="own">The names of the command's own options, each with a value.</param>
    /// <exception cref="MeasurementException">An argument is wrong; the message names it.</exception>
    public static DeviceArguments Parse(IReadOnlyList<string> arguments, params string[] own)
    {
        var values = new Dictionary<string, string>(StringComparer.Ordinal);
        var allowsTensorFloat32 = false;
        string[] known = ["--device", "--dtype", "--seconds", "--output", .. own];
        for (var i = 0; i < arguments.Count; i++)
        {
            var name = arguments[i];
            if (name == "--tf32")
            {
                allowsTensorFloat32 = true;
            }
            else if (known.Contains(name) && i + 1 < arguments.Count)
            {
                values[name] = arguments[++i];
            }
            else
            {
                throw new MeasurementException($"expected {string.Join(" VALUE, ", known)} VALUE or --tf32, got '{name}'");
            }
        }

        TorchOptions.AllowTensorFloat32(allowsTensorFloat32);
        return new DeviceArguments(
            DeviceOf(values.GetValueOrDefault("--device", "cpu")),
            values.TryGetValue("--dtype", out var dtype) ? DtypeOf(dtype) : null,
            allowsTensorFloat32,
            values.ContainsKey("--seconds") ? TimeSpan.FromSeconds(Positive(values, "--seconds", 0)) : DefaultTime,
            values.GetValueOrDefault("--output"),
            values);
    }

    /// <summary>The same options for another process of this program.</summary>
    public string[] ForOtherProcess(ScalarType dtype) =>
        ["--device", NameOf(Device), "--dtype", NameOf(dtype), .. AllowsTensorFloat32 ? ["--tf32"] : Array.Empty<string>()];

    /// <summary>A whole number above 0 among the command's own options.</summary>
    public int Number(string name, int otherwise) => Positive(Values, name, otherwise);

    /// <summary>The name of a device as <c>--device</c> takes it.</summary>
    public static string NameOf(Device device) => device.type == DeviceType.CPU ? "cpu" : $"cuda:{Math.Max(0, device.index)}";

    /// <summary>The name of a dtype as <c>--dtype</c> takes it.</summary>
    public static string NameOf(ScalarType dtype) => dtype == ScalarType.BFloat16 ? "bfloat16" : "float32";

    private static Device DeviceOf(string name)
        => TorchOptions.ReadDevice(name, out var error) ?? throw new MeasurementException($"--device: {error}");

    private static ScalarType DtypeOf(string name)
        => TorchOptions.TryReadDtype(name, out var dtype) ? dtype : throw new MeasurementException($"--dtype: expected {TorchOptions.DtypeText}, got '{name}'");

    private static int Positive(IReadOnlyDictionary<string, string> values, string name, int otherwise)
    {
        if (!values.TryGetValue(name, out var text))
        {
            return otherwise;
        }

        return int.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out var number) && number > 0
            ? number
            : throw new MeasurementException($"{name}: expected a whole number above 0, got '{text}'");
    }
}
