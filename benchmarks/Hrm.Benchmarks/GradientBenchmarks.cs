using BenchmarkDotNet.Attributes;
using Hrm.Benchmarks.Workloads;
using Hrm.Core;
using Hrm.Training;
using TorchSharp;
using static TorchSharp.torch;

namespace Hrm.Benchmarks;

/// <summary>
/// Forward and backward of one segment, float32, with the one-step gradient, with that of the last cycle, and with full
/// unrolling (back-propagation through time): what the approximation saves.
/// </summary>
public class GradientBenchmarks
{
    private SudokuBatches? _batches;
    private HrmModel? _model;
    private HrmLoss? _loss;

    /// <summary>The size of the segment.</summary>
    [ParamsSource(nameof(Workloads))]
    public GradientWorkload Workload { get; set; }

    /// <summary>The sizes; a filter of the run chooses among them.</summary>
    public static IEnumerable<GradientWorkload> Workloads => GradientWorkload.All;

    /// <summary>Makes model and data.</summary>
    [GlobalSetup]
    public void Setup()
    {
        _batches = new SudokuBatches(Workload.Batch, count: 1);
        _loss = new HrmLoss(new StablemaxCrossEntropy());
        _model = RandomModel.Create(HrmPresets.SudokuExtreme with
        {
            HiddenSize = Workload.Width,
            PuzzleEmbeddingWidth = Workload.Width,
            HighCycles = Workload.HighCycles,
            LowCycles = Workload.LowCycles,
            ForwardDtype = ScalarType.Float32,
        });
        _model.train();
    }

    /// <summary>Frees model and data.</summary>
    [GlobalCleanup]
    public void Cleanup()
    {
        _model?.Dispose();
        _batches?.Dispose();
    }

    /// <summary>The last low and the last high update record gradients.</summary>
    [Benchmark(Baseline = true)]
    public void OneStep() => ForwardAndBackward(GradientMode.OneStep);

    /// <summary>The last cycle records gradients.</summary>
    [Benchmark]
    public void LastCycle() => ForwardAndBackward(GradientMode.LastCycle);

    /// <summary>Every update records gradients.</summary>
    [Benchmark]
    public void FullUnroll() => ForwardAndBackward(GradientMode.FullUnroll);

    private void ForwardAndBackward(GradientMode mode)
    {
        using var scope = NewDisposeScope();
        var model = _model!;
        var batch = _batches!.First;
        model.Recurrence.GradientMode = mode;
        using var carry = model.InitialCarry(batch.Size);
        var segments = ones([batch.Size], ScalarType.Int32); // [B]
        var halted = ones([batch.Size], ScalarType.Bool); // [B]
        var output = model.call(carry, batch);
        _loss!.Compute(output, batch.Labels!, segments, halted, continueTarget: null).Total.backward();
        foreach (var parameter in model.parameters())
        {
            parameter.grad = null;
        }
    }
}
