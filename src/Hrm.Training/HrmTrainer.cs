using System.Diagnostics;
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
    private readonly HrmLoss _loss;
    private readonly AdaptiveHalting _halting;
    private readonly CosineSchedule _schedule;
    private readonly CosineSchedule _puzzleSchedule;
    private readonly MeasuredNorm _gradientNorm = new();
    private bool _isDisposed;

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
        InvalidConfigException.ThrowIfInvalid("trainer options", options);
        Model = model;
        GradientMode = gradientMode;
        Options = options;
        Generator = generator;
        _loss = CreateLoss(options);
        _halting = new AdaptiveHalting(options.Halting, generator);
        Optimizer = OptimizerFactory.Create(model, options.Optimizer);
        PuzzleOptimizer = model.PuzzleEmbedding is null ? null : new SparseSignSgd(model.PuzzleEmbedding, options.PuzzleWeightDecay);
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

    /// <summary>The norm of the last gradient before it was clipped, where it was measured. On a GPU reading it waits for the device.</summary>
    public double? GradientNorm => _gradientNorm.Value;

    /// <summary>Where the time of the steps went. On a GPU it is the host's time alone: operations go on there while it asks for the next.</summary>
    public StepTimes Times { get; private set; }

    /// <summary>Which updates record gradients; the model gets it at each step, as several trainers may share one.</summary>
    internal GradientMode GradientMode { get; }

    /// <summary>
    /// W, the number of processes that train together, a divisor of GlobalBatchSize; each takes GlobalBatchSize / W rows. Default 1.
    /// </summary>
    /// <remarks>
    /// With W &gt; 1 the caller sums the gradients of the model's parameters over all processes between <see cref="ComputeGradients"/>
    /// and <see cref="ApplyGradients"/>; <see cref="Step"/> is refused. The gradient of a puzzle embedding is not among them.
    /// </remarks>
    /// <exception cref="InvalidConfigException">Not a divisor of GlobalBatchSize.</exception>
    public int WorldSize
    {
        get;
        init => field = value > 0 && Options.GlobalBatchSize % value == 0
            ? value
            : throw new InvalidConfigException("trainer", [$"WorldSize: expected a divisor of GlobalBatchSize {Options.GlobalBatchSize}, got {value}"]);
    } = 1;

    /// <summary>How the model is trained.</summary>
    internal TrainerOptions Options { get; }

    internal ParameterOptimizer Optimizer { get; }

    internal SparseSignSgd? PuzzleOptimizer { get; }

    /// <summary>Draws the exploration of halting; the caller's.</summary>
    internal Generator Generator { get; }

    /// <summary>The loss that the options describe, for evaluation.</summary>
    /// <param name="options">The options.</param>
    public static HrmLoss CreateLoss(TrainerOptions options)
    {
        ArgumentNullException.ThrowIfNull(options);
        return new HrmLoss(options.TokenLoss == TokenLossKind.Softmax ? new SoftmaxCrossEntropy() : new StablemaxCrossEntropy());
    }

    /// <summary>The learning rate of a step.</summary>
    /// <param name="step">The step, from 1.</param>
    public double LearningRateAt(long step) => _schedule.At(step);

    /// <summary>Runs one segment, takes its gradient and updates the weights.</summary>
    /// <param name="incoming">New puzzles, [GlobalBatchSize / W, seq_len], with labels; only rows that have halted take theirs. Stays the caller's.</param>
    /// <returns>[8], float64, on the device, the caller's: what <see cref="MetricSums.Read"/> reads. Reading it waits for the device.</returns>
    /// <exception cref="ShapeMismatchException">The batch has another number of rows than the options or another length than the model, or no labels.</exception>
    /// <exception cref="InvalidConfigException">No parameter requires a gradient, <c>torch.no_grad</c> is in force, or <see cref="WorldSize"/> is not 1.</exception>
    /// <exception cref="ObjectDisposedException">The trainer or its model is disposed.</exception>
    /// <exception cref="TokenOutOfRangeException">A token, label or id is beyond the model's tables.</exception>
    /// <exception cref="TrainingDivergedException">
    /// Loss or gradient is not finite, at a step that the options have looked at; this step has not changed the weights.
    /// </exception>
    public Tensor Step(PuzzleBatch incoming)
    {
        if (WorldSize != 1)
        {
            throw new InvalidConfigException("trainer", [$"WorldSize: expected 1 for a step, which sums no gradients between processes, got {WorldSize}"]);
        }

        using var scope = NewDisposeScope();
        var segment = ComputeGradients(incoming);
        ApplyGradients();
        return segment.Loss.Metrics.DetachFromDisposeScope();
    }

    /// <summary>
    /// The first half of <see cref="Step"/>: runs one segment and adds its gradient to the parameters'. Several calls before
    /// <see cref="ApplyGradients"/> add up.
    /// </summary>
    /// <param name="incoming">As in <see cref="Step"/>.</param>
    /// <returns>What the segment gave; its tensors belong to the caller's dispose scope.</returns>
    /// <exception cref="ShapeMismatchException">As in <see cref="Step"/>; nothing has changed then.</exception>
    /// <exception cref="TokenOutOfRangeException">As in <see cref="Step"/>; nothing has changed then.</exception>
    /// <exception cref="InvalidConfigException">As in <see cref="Step"/>.</exception>
    /// <exception cref="ObjectDisposedException">As in <see cref="Step"/>.</exception>
    /// <exception cref="TrainingDivergedException">As in <see cref="Step"/>; the gradients have been dropped then.</exception>
    public TrainingSegment ComputeGradients(PuzzleBatch incoming)
    {
        ArgumentNullException.ThrowIfNull(incoming);
        using var use = Use();
        RequireFit(incoming);
        var start = Stopwatch.GetTimestamp();
        Model.train();
        Model.Recurrence.GradientMode = GradientMode;
        Carry ??= TrainingCarry.Start(Model, incoming);
        Carry.Refill(Model, incoming);
        var segment = RunSegment();
        RequireFinite(segment);
        Carry.Advance(segment.Output.Carry, segment.Segments, segment.Halted);
        Times = Times with { Total = Times.Total + Stopwatch.GetElapsedTime(start) };
        return segment;
    }

    /// <summary>The second half of <see cref="Step"/>: updates weights, puzzle embedding and average, and drops the gradients.</summary>
    /// <exception cref="ObjectDisposedException">As in <see cref="Step"/>.</exception>
    public void ApplyGradients()
    {
        using var use = Use();
        var start = Stopwatch.GetTimestamp();
        if (WorldSize > 1)
        {
            _gradientNorm.Clear(); // measured before the processes' gradients were summed
        }

        if (Options.MaxGradientNorm > 0)
        {
            LimitGradients();
        }

        StepCount++;
        Optimizer.Step(_schedule.At(StepCount));
        PuzzleOptimizer?.Step(_puzzleSchedule.At(StepCount));
        Optimizer.ClearGradients();
        Average?.Update();
        var elapsed = Stopwatch.GetElapsedTime(start);
        Times = Times with { Steps = Times.Steps + 1, Optimizer = Times.Optimizer + elapsed, Total = Times.Total + elapsed };
    }

    /// <summary>Keeps the weights of the model alive until the result is disposed, on the same thread.</summary>
    /// <exception cref="ObjectDisposedException">The trainer or its model is disposed.</exception>
    internal HrmModel.ModelUse Use()
    {
        ObjectDisposedException.ThrowIf(_isDisposed, this);
        return Model.Use();
    }

    /// <summary>Stops where a weight is not finite, which no checkpoint may keep; several steps may have passed since it came.</summary>
    internal void RequireFiniteWeights()
    {
        using var use = Use();
        if (!double.IsFinite(Training.GradientNorm.OfTensors(Optimizer.Parameters)))
        {
            throw new TrainingDivergedException(Diagnose(default));
        }
    }

    /// <summary>Looks for where NaN or infinity is, after a step that was taken.</summary>
    internal DivergenceReport Diagnose(MetricSums metrics)
    {
        using var use = Use();
        return DivergenceDiagnosis.Of(Model, Carry, StepCount, metrics, GradientNorm);
    }

    /// <summary>Goes on from a step with a carry that it takes over; weights and optimizer state have been restored by the caller.</summary>
    internal void Restore(long stepCount, TrainingCarry? carry)
    {
        DropGradients();
        Carry?.Dispose();
        Carry = carry;
        StepCount = stepCount;
        _gradientNorm.Clear();
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
        if (disposing && !_isDisposed)
        {
            _isDisposed = true;
            Carry?.Dispose();
            Optimizer.Dispose();
            PuzzleOptimizer?.Dispose();
            _halting.Dispose();
            _gradientNorm.Clear();
            Average?.Dispose();
        }
    }

    private void LimitGradients()
    {
        if (_gradientNorm.IsKnown || Model.Device.type == DeviceType.CPU)
        {
            _gradientNorm.Set(GradientClipping.Limit(Optimizer.Parameters, Options.MaxGradientNorm, GradientNorm));
            return;
        }

        using var scope = NewDisposeScope();
        _gradientNorm.Set(GradientClipping.LimitWithoutWaiting(Optimizer.Parameters, Options.MaxGradientNorm));
    }

    private void DropGradients()
    {
        Optimizer.ClearGradients();
        PuzzleOptimizer?.Clear();
    }

    /// <summary>Before anything of the batch enters the carry: a bad row would stay in it and fail every later step.</summary>
    private void RequireFit(PuzzleBatch incoming)
    {
        if (!is_grad_enabled())
        {
            throw new InvalidConfigException("trainer", ["gradients: expected them to be recorded, got a step within torch.no_grad()"]);
        }

        if (incoming.Labels is null)
        {
            throw new ShapeMismatchException(nameof(incoming), "labels", "none");
        }

        // The loss is divided by the options' number: with other rows, loss, gradient norm and clipping would be wrong in proportion.
        var rows = Options.GlobalBatchSize / WorldSize;
        if (incoming.Size != rows)
        {
            throw new ShapeMismatchException(nameof(incoming), $"the {rows} rows of TrainerOptions.GlobalBatchSize{(WorldSize > 1 ? " / WorldSize" : string.Empty)}", $"{incoming.Size}");
        }

        ShapeGuard.Require(incoming.Inputs, nameof(incoming), Carry?.Data.Size ?? rows, Model.Config.SequenceLength);
        incoming.Limits.RequireWithin(Model.Config);
    }

    /// <summary>Runs the segment in parts of at most the options' micro-batch; their gradients add up to the whole batch's.</summary>
    private TrainingSegment RunSegment()
    {
        using var scope = NewDisposeScope();
        var rows = Carry!.Data.Size;
        var size = Options.MicroBatchSize == 0 ? rows : Math.Min(rows, Options.MicroBatchSize);
        var minimum = _halting.DrawMinimum(rows, Model.Device); // [B]
        var parts = new List<TrainingSegment>();
        for (var first = 0L; first < rows; first += size)
        {
            parts.Add(RunPart(first, Math.Min(size, rows - first), minimum));
        }

        return TrainingSegment.Join(parts).MoveToOuter(scope);
    }

    private TrainingSegment RunPart(long first, long count, Tensor? minimum)
    {
        using var scope = NewDisposeScope();
        var start = Stopwatch.GetTimestamp();
        var data = Carry!.Data.Rows(first, count);
        var segments = Carry.Segments.narrow(0, first, count).Plus(HeldScalars.One); // [count]
        var output = Model.call(Carry.States.Rows(first, count), data);
        var halted = _halting.Decide(new HaltingState(output.QHalt, output.QContinue, segments), minimum?.narrow(0, first, count)); // [count]
        var target = ContinueTarget(output, segments, data); // [count]
        var loss = _loss.Compute(output, data.Labels!, segments, halted, target);
        if (!loss.Total.requires_grad)
        {
            throw new InvalidConfigException("trainer", ["parameters: expected at least one that requires a gradient and that the loss depends on, got none"]);
        }

        var forward = Stopwatch.GetElapsedTime(start);
        loss.Total.DividedBy(Options.GlobalBatchSize).backward();
        PuzzleOptimizer?.Accumulate();
        var both = Stopwatch.GetElapsedTime(start);
        Times = Times with { Forward = Times.Forward + forward, Backward = Times.Backward + (both - forward) };
        return new TrainingSegment(output, segments, halted, target, loss).MoveToOuter(scope);
    }

    /// <summary>Stops before the update where loss or gradient has NaN or infinity in it, and says where they came from.</summary>
    private void RequireFinite(TrainingSegment segment)
    {
        _gradientNorm.Clear();
        if (Options.FiniteCheckInterval == 0 || (StepCount + 1) % Options.FiniteCheckInterval != 0)
        {
            return;
        }

        var norm = Training.GradientNorm.Of(Optimizer.Parameters);
        _gradientNorm.Set(norm);
        var metrics = MetricSums.Read(segment.Loss.Metrics);
        if (double.IsFinite(norm) && metrics.HasFiniteLosses)
        {
            return;
        }

        var report = DivergenceDiagnosis.Of(Model, Carry!, StepCount + 1, metrics, norm);
        DropGradients();
        throw new TrainingDivergedException(report);
    }

    /// <summary>
    /// What sigmoid(q_continue) should be: the better of halting and going on after one more segment, halting alone where the
    /// present one is the last. [B], or <see langword="null"/> where q_continue is not trained.
    /// </summary>
    private Tensor? ContinueTarget(HrmOutput output, Tensor segments, PuzzleBatch data)
    {
        if (Options.HaltingLoss == HaltingLossKind.HaltOnly || Options.Halting.MaxSegments == 1)
        {
            return null;
        }

        using var scope = NewDisposeScope();
        using var noGradient = no_grad();
        var (halt, proceed) = Model.Judge(output.Carry, data); // [B] each
        var isLast = segments.IsAtLeast(Options.Halting.MaxSegments); // [B]
        var best = where(isLast, halt, maximum(halt, proceed)); // [B]
        return best.sigmoid().MoveToOuterDisposeScope();
    }
}
