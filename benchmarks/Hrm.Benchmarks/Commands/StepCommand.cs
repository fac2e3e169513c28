using System.CommandLine;
using Hrm.Benchmarks.Workloads;
using static TorchSharp.torch;

namespace Hrm.Benchmarks.Commands;

/// <summary><c>step</c>: a training step of a preset on a device, against its matrix products and the plain op sequence.</summary>
internal sealed class StepCommand : DeviceCommand
{
    private readonly Option<string> _preset = new("--preset") { Description = "Preset.", DefaultValueFactory = _ => TrainingSetup.SudokuExtreme };
    private readonly Option<int?> _batch = new("--batch") { Description = "B; 768 of sudoku-extreme and 96 of arc by default." };
    private readonly Option<int> _rounds = new("--rounds") { Description = "Number of rounds.", DefaultValueFactory = _ => 30 };
    private readonly Option<int> _warmups = new("--warmups") { Description = "Number of warm-up rounds.", DefaultValueFactory = _ => 5 };

    public StepCommand()
        : base("step", "A training step against its matrix products and the plain op sequence.")
    {
        _preset.AcceptOnlyFromAmong(TrainingSetup.SudokuExtreme, TrainingSetup.Arc);
        Add(_preset);
        Add(_batch);
        Add(_rounds);
        Add(_warmups);
    }

    protected override int Run(ParseResult result, DeviceSettings device)
    {
        var dtype = device.Dtype ?? ScalarType.BFloat16;
        var preset = result.GetValue(_preset)!;
        var batch = result.GetValue(_batch) ?? (preset == TrainingSetup.Arc ? 96 : 768);
        var setup = TrainingSetup.Of(preset, dtype, batch);

        // Reading the loss would wait for the device.
        setup.Options.FiniteCheckInterval = 0;
        using var pair = new TrainingPair(setup, device.Device);
        var times = device.Measure(
            result.GetValue(_rounds),
            result.GetValue(_warmups),
            new("library", pair.StepLibrary),
            new("products", pair.Roofline.RunTrainingStep),
            new("plain", () => pair.StepPlain().Dispose()));
        var metrics = pair.TakeMetrics();
        var outcome = new
        {
            Preset = preset,
            Batch = batch,
            Dtype = dtype.Label(),
            Rounds = times.Count,
            LibraryMs = times.MedianMs("library"),
            ProductsMs = times.MedianMs("products"),
            PlainMs = times.MedianMs("plain"),
            LibraryOverProducts = times.Ratio("library", "products"),
            PlainOverLibrary = times.Ratio("plain", "library"),
            TeraOperations = pair.Roofline.OperationsOfTrainingStep / 1e12,
            TeraOperationsPerSecondOfProducts = pair.Roofline.OperationsOfTrainingStep / 1e9 / times.MedianMs("products"),
            Losses = new[] { metrics.TokenLoss, metrics.QHaltLoss, metrics.QContinueLoss },
        };
        Console.WriteLine(FormattableString.Invariant(
            $"{preset}, batch {batch}, {outcome.Dtype}, {outcome.Rounds} rounds: a training step {outcome.LibraryMs:F2} ms, its matrix products {outcome.ProductsMs:F2} ms ({outcome.TeraOperations:F2} TFLOP, {outcome.TeraOperationsPerSecondOfProducts:F1} TFLOP/s), {outcome.LibraryOverProducts.Median:F2} times"));
        Console.WriteLine(FormattableString.Invariant($"the plain op sequence {outcome.PlainMs:F2} ms, {outcome.PlainOverLibrary.Median:F2} times as long"));
        device.Write("step", outcome);
        return outcome.Losses.All(double.IsFinite) ? 0 : 1;
    }
}
