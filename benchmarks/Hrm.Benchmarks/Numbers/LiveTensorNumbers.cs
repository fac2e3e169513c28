using System.Globalization;
using Hrm.Benchmarks.Workloads;
using Hrm.Benchmarks.Workloads.Layers;
using Hrm.Core;
using Hrm.Training;
using static TorchSharp.torch;

namespace Hrm.Benchmarks.Numbers;

/// <summary>Whether tensors stay alive after the training steps that made them.</summary>
internal sealed class LiveTensorNumbers : INumbers
{
    private const int Steps = 1000;
    private const int Warmups = 20;
    private const int Batch = 2;
    private const int Width = 64;

    public string Name => "tensors";

    public IEnumerable<NumberRow> Measure(NumberSettings settings)
    {
        // What is counted does not depend on the threads, and so small operations are slower on several.
        var threads = get_num_threads();
        set_num_threads(1);
        try
        {
            foreach (var number in Enum.GetValues<FloatKind>())
            {
                yield return Measure(number);
            }
        }
        finally
        {
            set_num_threads(threads);
        }
    }

    private static NumberRow Measure(FloatKind number)
    {
        using var generator = new Generator(1);
        using var model = RandomModel.Create(HrmPresets.SudokuExtreme with
        {
            HiddenSize = Width,
            PuzzleEmbeddingWidth = Width,
            Heads = 2,
            HighLayers = 1,
            LowLayers = 1,
            ForwardDtype = number.ToDtype(),
        });
        using var trainer = new OneStepGradTrainer(model, new TrainerOptions { GlobalBatchSize = Batch, WarmupSteps = Warmups }, generator);
        using var batches = new SudokuBatches(Batch, count: 8);
        Train(Warmups);
        var before = Tensor.TotalCount;
        Train(Steps);
        return new NumberRow($"live tensors more after {Steps:N0} training steps, {number.Label()}", Tensor.TotalCount - before)
        {
            Bar = Bound.AtMost(0),
            Note = string.Create(CultureInfo.InvariantCulture, $"{before} before; D {Width}, attention, rotary positions, puzzle embedding, batch {Batch}"),
        };

        void Train(int steps)
        {
            for (var step = 0; step < steps; step++)
            {
                trainer.Step(batches.Next()).Dispose();
            }
        }
    }
}
