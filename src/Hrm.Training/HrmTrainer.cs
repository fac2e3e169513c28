using Hrm.Core;
using Hrm.Layers;
using TorchSharp;
using static TorchSharp.torch;

namespace Hrm.Training;

/// <summary>
/// Deep supervision with adaptive halting: each step runs one segment of every row, takes its gradient, updates the weights,
/// and hands the detached states to the next step. Rows that have halted start on new puzzles.
/// </summary>
/// <remarks>
/// The subclasses differ in which updates of the recurrence record gradients. Create it after the model was moved to its
/// device. Owns optimizer, average and carry; the model is the caller's. Not safe for concurrent use.
/// Source: arXiv 2506.21734, section 2, "Deep supervision" and "Adaptive computational time".
/// </remarks>
public abstract class HrmTrainer : IDisposable
{
    private readonly TrainerOptions _options;
    private readonly HrmLoss _loss;
    private readonly AdaptiveHalting _halting;
    private readonly ParameterOptimizer _optimizer;
    private readonly SparseSignSgd? _puzzleOptimizer;
    private readonly CosineSchedule _schedule;
    private readonly CosineSchedule _puzzleSchedule;

    /// <summary>Creates the trainer with the optimizer that the options ask for.</summary>
    /// <param name="model">The model to train.</param>
    /// <param name="options">How to train it.</param>
    /// <param name="generator">Draws the exploration of halting; a CPU generator that the caller owns.</param>
    /// <param name="gradientMode">Which updates record gradients.</param>
    /// <exception cref="InvalidConfigException">The options have bad fields; all are listed.</exception>
    private protected HrmTrainer(HrmModel model, TrainerOptions options, Generator generator, GradientMode gradientMode)
    {
        ArgumentNullException.ThrowIfNull(model);
        ArgumentNullException.ThrowIfNull(options);
        TrainerOptionsValidator.RequireValid(options);
        Model = model;
        Model.Recurrence.GradientMode = gradientMode;
        _options = options;
        _loss = CreateLoss(options);
        _halting = new AdaptiveHalting(options.Halting, generator);
        _optimizer = OptimizerFactory.Create(model, options.Optimizer);
        _puzzleOptimizer = model.PuzzleEmbedding is null ? null : new SparseSignSgd(model.PuzzleEmbedding, options.PuzzleWeightDecay);
        _schedule = new CosineSchedule(options.LearningRate, options.WarmupSteps, options.TotalSteps, options.MinLearningRateRatio);
        _puzzleSchedule = new CosineSchedule(options.PuzzleLearningRate, options.WarmupSteps, options.TotalSteps, options.MinLearningRateRatio);
        Average = options.EmaDecay > 0 ? new ExponentialMovingAverage(model.parameters(), options.EmaDecay) : null;
    }

    /// <summary>The model that is trained.</summary>
    public HrmModel Model { get; }

    /// <summary>The average of the weights, or <see langword="null"/> where the options ask for none.</summary>
    public ExponentialMovingAverage? Average { get; }

    /// <summary>The number of optimizer steps taken.</summary>
    public long StepCount { get; private set; }

    /// <summary>What lives on between steps; <see langword="null"/> before the first.</summary>
    public TrainingCarry? Carry { get; private set; }

    /// <summary>The loss that the options describe, for evaluation.</summary>
    /// <param name="options">The options.</param>
    public static HrmLoss CreateLoss(TrainerOptions options)
    {
        ArgumentNullException.ThrowIfNull(options);
        return new HrmLoss(options.TokenLoss == TokenLossKind.Softmax ? new SoftmaxCrossEntropy() : new StablemaxCrossEntropy());
    }

    /// <summary>Runs one segment, takes its gradient and updates the weights.</summary>
    /// <param name="incoming">New puzzles, [B, seq_len], with labels; only rows that have halted take theirs. Stays the caller's.</param>
    /// <returns>[8], float64, on the device, the caller's: what <see cref="MetricSums.Read"/> reads. Reading it waits for the device.</returns>
    /// <exception cref="ShapeMismatchException">The batch has another shape than the last one, or no labels.</exception>
    /// <exception cref="TokenOutOfRangeException">A token, label or id is beyond the model's tables.</exception>
    public Tensor Step(PuzzleBatch incoming)
    {
        using var scope = NewDisposeScope();
        var segment = ComputeGradients(incoming);
        ApplyGradients();
        return segment.Loss.Metrics.DetachFromDisposeScope();
    }

    /// <summary>The first half of <see cref="Step"/>: runs one segment and adds its gradient to the parameters'.</summary>
    /// <param name="incoming">As in <see cref="Step"/>.</param>
    /// <returns>What the segment gave; its tensors belong to the caller's dispose scope.</returns>
    /// <exception cref="ShapeMismatchException">As in <see cref="Step"/>; nothing has changed then.</exception>
    /// <exception cref="TokenOutOfRangeException">As in <see cref="Step"/>; nothing has changed then.</exception>
    public TrainingSegment ComputeGradients(PuzzleBatch incoming)
    {
        ArgumentNullException.ThrowIfNull(incoming);
        RequireFit(incoming);
        Model.train();
        Carry ??= TrainingCarry.Start(Model, incoming);
        Carry.Refill(Model, incoming);
        var output = Model.call(Carry.States, Carry.Data);
        var segments = Carry.Segments + 1; // [B]
        var halted = _halting.Decide(new HaltingState(output.QHalt, output.QContinue, segments)); // [B]
        var target = ContinueTarget(output, segments); // [B]
        var loss = _loss.Compute(output, Carry.Data.Labels!, segments, halted, target);
        using (var mean = loss.Total / _options.GlobalBatchSize)
        {
            mean.backward();
        }

        Carry.Advance(output.Carry, segments, halted);
        return new TrainingSegment(output, segments, halted, target, loss);
    }

    /// <summary>The second half of <see cref="Step"/>: updates weights, puzzle embedding and average, and drops the gradients.</summary>
    public void ApplyGradients()
    {
        StepCount++;
        _optimizer.Step(_schedule.At(StepCount));
        _puzzleOptimizer?.Step(_puzzleSchedule.At(StepCount));
        _optimizer.ClearGradients();
        Average?.Update();
    }

    /// <summary>Frees optimizer, average and carry.</summary>
    public void Dispose()
    {
        Dispose(true);
        GC.SuppressFinalize(this);
    }

    /// <summary>Frees optimizer, average and carry.</summary>
    /// <param name="disposing">Whether <see cref="Dispose()"/> was called.</param>
    protected virtual void Dispose(bool disposing)
    {
        if (disposing)
        {
            Carry?.Dispose();
            _optimizer.Dispose();
            _puzzleOptimizer?.Dispose();
            _halting.Dispose();
            Average?.Dispose();
        }
    }

    /// <summary>Before anything of the batch enters the carry: a bad row would stay in it and fail every later step.</summary>
    private void RequireFit(PuzzleBatch incoming)
    {
        if (incoming.Labels is null)
        {
            throw new ShapeMismatchException(nameof(incoming), "labels", "none");
        }

        Axis rows = Carry is null ? "B" : Carry.Data.Size;
        ShapeGuard.Require(incoming.Inputs, nameof(incoming), rows, Model.Config.SequenceLength);
        incoming.Limits.RequireWithin(Model.Config);
    }

    /// <summary>
    /// What sigmoid(q_continue) should be: the better of halting and going on after one more segment, halting alone where the
    /// present one is the last. [B], or <see langword="null"/> where q_continue is not trained.
    /// </summary>
    private Tensor? ContinueTarget(HrmOutput output, Tensor segments)
    {
        if (_options.HaltingLoss == HaltingLossKind.HaltOnly || _options.Halting.MaxSegments == 1)
        {
            return null;
        }

        using var scope = NewDisposeScope();
        using var noGradient = no_grad();
        var next = Model.call(output.Carry, Carry!.Data);
        var isLast = segments.ge(_options.Halting.MaxSegments); // [B]
        var best = where(isLast, next.QHalt, maximum(next.QHalt, next.QContinue)); // [B]
        return best.sigmoid().MoveToOuterDisposeScope();
    }
}
