using Hrm.Benchmarks.Measuring;
using Hrm.Training.Tests.Golden;

namespace Hrm.Benchmarks.Devices;

/// <summary>
/// <c>parity</c>: the recorded models of <c>tests/golden</c>, evaluation and training, on a device, against the recorded numbers, by the
/// tolerances of the tests.
/// </summary>
internal static class ParityCommand
{
    public const string Name = "parity";

    private const string Folder = "--golden";

    public static int Run(IReadOnlyList<string> arguments)
    {
        var options = DeviceArguments.Parse(arguments, Folder);
        if (options.Dtype is not null)
        {
            throw new MeasurementException("--dtype: does nothing here, each recorded model has its own");
        }

        var models = Path.Combine(options.Values.GetValueOrDefault(Folder, Path.Combine(AppContext.BaseDirectory, "golden")), "models");
        var folders = Directory.Exists(models) ? Directory.GetDirectories(models).Order(StringComparer.Ordinal).ToArray() : [];
        if (folders.Length == 0)
        {
            throw new MeasurementException($"{Folder}: expected a folder with models/NAME/, got '{models}'");
        }

        var results = folders.SelectMany(folder => Compare(folder, options)).ToList();
        var missed = results.Sum(result => result.Missed.Count);
        Console.WriteLine($"{results.Sum(result => result.Numbers)} recorded numbers of {folders.Length} models on {DeviceArguments.NameOf(options.Device)}, {missed} beyond their tolerance");
        DeviceFacts.Of(options).Write(options, Name, results);
        return missed == 0 ? 0 : 1;
    }

    private static IEnumerable<ParityResult> Compare(string folder, DeviceArguments options)
    {
        using var golden = new GoldenCase(folder);
        yield return Result("evaluation", new GoldenRun(golden, options.Device).Evaluate());
        yield return Result("training", new GoldenRun(golden, options.Device).Train());

        ParityResult Result(string what, IReadOnlyList<GoldenFinding> findings)
        {
            var result = ParityResult.Of(Path.GetFileName(folder), what, DeviceArguments.NameOf(golden.Config.ForwardDtype), findings);
            Console.WriteLine(result);
            return result;
        }
    }
}
