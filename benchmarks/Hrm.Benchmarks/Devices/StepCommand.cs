using System.Globalization;
using Hrm.Benchmarks.Measuring;
using Hrm.Benchmarks.Workloads;
using TorchSharp;
using static TorchSharp.torch;

namespace Hrm.Benchmarks.Devices;

/// <summary>
/// <c>step</c>: a whole training step of a preset on a device, against its matrix products alone and against the plain op sequence, in
/// alternating rounds that each end when the device is done.
/// </summary>
internal static class StepCommand
{
    public const string Name = "step";

    private const string Preset = "--preset";
    private const string Batch = "--batch";
    private const string Rounds = "--rounds";
    private const string Plain = "--plain";
    private const string Warmups = "--warmups";

    public static int Run(IReadOnlyList<string> arguments)
    {
        var options = DeviceArguments.Parse(arguments, Preset, Batch, Rounds, Warmups, Plain);
        var dtype = options.Dtype ?? ScalarType.BFloat16;
        var preset = options.Values.GetValueOrDefault(Preset, "sudoku-extreme");
        var hasPlain = options.Values.GetValueOrDefault(Plain, "yes") == "yes";
        using var workload = DeviceStep.Create(preset, options.Values.ContainsKey(Batch) ? options.Number(Batch, 1) : null, dtype, options.Device, hasPlain);
        List<Side> sides = [Waiting("library", workload.StepLibrary), Waiting("products", workload.RunProducts)];
        if (hasPlain)
        {
            sides.Add(Waiting("plain", workload.StepPlain));
        }

        var times = InterleavedRounds.Measure(sides, options.Number(Rounds, 30), options.Number(Warmups, 5), options.Time);
        var seconds = times.MedianMs("products") / 1000;
        var result = new
        {
            Preset = preset,
            Batch = workload.Batch,
            Dtype = DeviceArguments.NameOf(dtype),
            Rounds = times.Count,
            LibraryMs = times.MedianMs("library"),
            ProductsMs = times.MedianMs("products"),
            PlainMs = hasPlain ? times.MedianMs("plain") : (double?)null,
            LibraryOverProducts = times.Ratio("library", "products"),
            PlainOverLibrary = hasPlain ? times.Ratio("plain", "library") : (RatioEstimate?)null,
            TeraOperations = workload.Operations / 1e12,
            TeraOperationsASecondOfProducts = workload.Operations / 1e12 / seconds,
            TokenLosses = workload.TokenLosses(),
        };
        Console.WriteLine(string.Create(
            CultureInfo.InvariantCulture,
            $"{preset}, batch {result.Batch}, {result.Dtype}, {result.Rounds} rounds: a training step {result.LibraryMs:F2} ms, its matrix products {result.ProductsMs:F2} ms ({result.TeraOperations:F2} TFLOP, {result.TeraOperationsASecondOfProducts:F1} TFLOP/s), {result.LibraryOverProducts.Median:F2} times{(hasPlain ? $"; the plain op sequence {result.PlainMs:F2} ms, {result.PlainOverLibrary!.Value.Median:F2} times as long" : "")}"));
        DeviceFacts.Of(options).Write(options, Name, result);
        return result.TokenLosses.All(double.IsFinite) ? 0 : 1;

        Side Waiting(string name, Action run) => new(name, () =>
        {
            run();
            DeviceWork.Wait(options.Device);
        });
    }
}
