namespace Hrm.Training;

/// <summary>
/// Deep supervision with adaptive halting: each step runs one segment of every row, takes its gradient, updates the weights,
/// and hands the detached states to the next step. Rows that have halted start on new puzzles.
/// </summary>
/// <remarks>
/// Create it after the model was moved to its device. Owns optimizer, average and carry, not the model. Not safe for
/// concurrent use. Source: arXiv 2506.21734, section 2, "Deep supervision" and "Adaptive computational time".
/// </remarks>
public class HrmTrainer : IDisposable
{
    private readonly HrmLoss _loss;
    private readonly AdaptiveHalting _halting;
    private readonly CosineSchedule _schedule;
    private readonly CosineSchedule _puzzleSchedule;
    private readonly GradientNorm _gradientNorm = new();
    private readonly Tensor _sums; // [9], on the model's device
    private readonly bool _canReplicate;
    private ParameterOptimizer? _optimizer;
    private bool _hasOwnOptimizer;
    private ReplicaGroup? _replicas;
    private bool _isDisposed;

    /// <summary>Creates a trainer with the optimizer and gradient of the options.</summary>
    /// <param name="model">The model to train.</param>
    /// <param name="options">The settings of the training.</param>
    /// <param name="generator">The random source of halting exploration; a CPU generator that the caller owns.</param>
    /// <exception cref="InvalidConfigException">The options have invalid fields; all are listed.</exception>
    public HrmTrainer(HrmModel model, TrainerOptions options, Generator generator)
        : this(model, options, generator, requiredMode: null)
    {
    }

    private protected HrmTrainer(HrmModel model, TrainerOptions options, Generator generator, GradientMode? requiredMode)
    {
        ArgumentNullException.ThrowIfNull(model);
        ArgumentNullException.ThrowIfNull(options);
        InvalidConfigException.ThrowIfInvalid("trainer options", options);
        GradientMode = requiredMode ?? options.GradientMode ?? GradientMode.OneStep;
        if (options.GradientMode is { } mode && mode != GradientMode)
        {
            throw new InvalidConfigException("trainer options", [$"GradientMode: expected {GradientMode} or none for {GetType().Name}, got {mode}"]);
        }

        _canReplicate = !model.HasOwnModules && model.Device.type == DeviceType.CPU;
        if (options.Replicas > 1 && !_canReplicate)
        {
            var reason = model.HasOwnModules ? "with modules of its own" : $"on {model.Device}";
            throw new InvalidConfigException("trainer options", [$"Replicas: expected 1 for a model {reason}, got {options.Replicas}"]);
        }

        Model = model;
        Options = options;
        Generator = generator;
        _loss = CreateLoss(options);
        _halting = new AdaptiveHalting(options.Halting, generator);
        PuzzleOptimizer = model.PuzzleEmbedding is null ? null : new SparseSignSgd(model.PuzzleEmbedding, options.PuzzleWeightDecay);
        _schedule = new CosineSchedule(options.LearningRate, options.WarmupSteps, options.TotalSteps, options.MinLearningRateRatio);
        _puzzleSchedule = new CosineSchedule(options.PuzzleLearningRate, options.WarmupSteps, options.TotalSteps, options.MinLearningRateRatio);
        Average = options.EmaDecay > 0 ? new ExponentialMovingAverage(model.parameters(), options.EmaDecay) : null;
        _sums = zeros(MetricSums.Length, ScalarType.Float64, model.Device).DetachFromDisposeScope();
    }

    /// <summary>The model that is trained.</summary>
    public HrmModel Model { get; }

    /// <summary>The average of the weights, or <see langword="null"/> if the options have none.</summary>
    public ExponentialMovingAverage? Average { get; }

    /// <summary>The number of optimizer steps taken.</summary>
    public long StepCount { get; private set; }

    /// <summary>The norm of the last gradient before clipping, if it was measured. Reading it from a GPU waits for the device.</summary>
    public double? GradientNorm => _gradientNorm.Value;

    /// <summary>The updates that record gradients; set on the model at each step, as several trainers may share one.</summary>
    public GradientMode GradientMode { get; }

    /// <summary>The number of replicas in use: that of the options, at most one per row; or the chosen one.</summary>
    public int Replicas
    {
        get
        {
            if (field == 0)
            {
                field = Math.Clamp(Options.Replicas == 0 ? ChooseReplicas() : Options.Replicas, 1, RowCount);
            }

            return field;
        }

        private set;
    }

    /// <summary>
    /// The processes that train together; <see langword="null"/> (the default) for one process. Of world size W, each takes
    /// GlobalBatchSize / W rows: its part of every batch, in the order of the ranks.
    /// </summary>
    /// <remarks>
    /// Each process has equal weights, options and seed. Gradients and metrics are summed over all of them, so that their weights
    /// stay equal. Every process calls <see cref="ComputeGradients"/> and <see cref="ApplyGradients"/> equally often.
    /// </remarks>
    /// <exception cref="InvalidConfigException">The world size is not a divisor of GlobalBatchSize, or the rank is not below it.</exception>
    public IProcessGroup? Group
    {
        get;
        init
        {
            if (value is not null && (value.WorldSize < 1 || Options.GlobalBatchSize % value.WorldSize != 0))
            {
                throw new InvalidConfigException("trainer", [$"Group: expected a world size that divides GlobalBatchSize {Options.GlobalBatchSize}, got {value.WorldSize}"]);
            }

            if (value is not null && (value.Rank < 0 || value.Rank >= value.WorldSize))
            {
                throw new InvalidConfigException("trainer", [$"Group: expected a rank from 0 to {value.WorldSize - 1}, got {value.Rank}"]);
            }

            field = value;
        }
    }

    /// <summary>The optimizer of the weights; by default that of <see cref="TrainerOptions.Optimizer"/>. The trainer owns it.</summary>
    /// <remarks>It gets the learning rates of the schedule, and limited gradients. The puzzle embedding has an optimizer of its own.</remarks>
    /// <exception cref="InvalidConfigException">
    /// It has a parameter that is not the model's, or lacks one that requires a gradient. To freeze a parameter, set <c>requires_grad</c>.
    /// </exception>
    public ParameterOptimizer Optimizer
    {
        get => _optimizer ??= ParameterOptimizer.Create(Model, Options.Optimizer);
        init
        {
            ArgumentNullException.ThrowIfNull(value);
            var given = value.Parameters.Select(parameter => parameter.Handle).ToHashSet();
            var named = Model.named_parameters().ToArray();
            var unknown = given.Except(named.Select(entry => entry.parameter.Handle)).Count();
            var missing = Array.Find(named, entry => entry.parameter.requires_grad && !given.Contains(entry.parameter.Handle)).name;
            if (unknown > 0 || missing is not null)
            {
                throw new InvalidConfigException(
                    "trainer",
                    [$"Optimizer: expected every parameter of the model that requires a gradient, and no other, got {unknown} others and {(missing is null ? "all of them" : $"none for {missing}")}"]);
            }

            (_optimizer, _hasOwnOptimizer) = (value, true);
        }
    }

    /// <summary>
    /// The loss of a token instead of that of the options: (logits [rows, seq_len, V], labels [rows, seq_len]) → [rows, seq_len], floating
    /// point, 0 for <see cref="PuzzleBatch.IgnoredLabel"/>. The caller owns it; its parameters are not trained.
    /// </summary>
    /// <remarks>Called once for each part of a batch; with replicas on several threads at once.</remarks>
    public nn.Module<Tensor, Tensor, Tensor> TokenLoss
    {
        get => _loss.TokenLoss;
        init => _loss = new HrmLoss(value);
    }

    /// <summary>A loss that is added to that of tokens and Q values, and reported as <see cref="MetricSums.AuxiliaryLoss"/>; by default none.</summary>
    /// <remarks><inheritdoc cref="TokenLoss" path="/remarks/node()"/></remarks>
    public AuxiliaryLoss? AuxiliaryLoss { get; init; }

    internal TrainerOptions Options { get; }

    /// <summary>The names of the parts that the options do not describe: a resumed training needs equal ones. Empty if there are none.</summary>
    internal string OwnParts => string.Join(", ", ((string?[])
    [
        TokenLoss is SoftmaxCrossEntropy or StablemaxCrossEntropy ? null : TokenLoss.GetType().Name,
        AuxiliaryLoss is null ? null : nameof(AuxiliaryLoss),
        _hasOwnOptimizer ? Optimizer.ToString() : null,
    ]).OfType<string>());

    /// <summary>The state kept between steps; <see langword="null"/> before the first.</summary>
    internal TrainingCarry? Carry { get; private set; }

    /// <summary>The sums of the metrics of <see cref="SummedSteps"/> steps; reading them waits for the device.</summary>
    internal MetricSums Sums => MetricSums.Read(_sums);

    /// <summary>The number of steps whose metrics have not been taken.</summary>
    internal long SummedSteps { get; private set; }

    internal SparseSignSgd? PuzzleOptimizer { get; }

    internal Generator Generator { get; }

    /// <summary>The rows of this process.</summary>
    private int RowCount => Options.GlobalBatchSize / (Group?.WorldSize ?? 1);

    /// <summary>Creates the loss of the options, for evaluation.</summary>
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
    /// <param name="incoming">
    /// New puzzles with labels, [GlobalBatchSize, seq_len], in a process group the rows of this rank. Only halted rows take theirs.
    /// The caller owns it.
    /// </param>
    /// <exception cref="ShapeMismatchException">
    /// The batch has another number of rows than the options or another length than the model, or no labels; or a token, label or id is
    /// outside the model's tables; or a loss of your own has another shape or dtype than it should.
    /// </exception>
    /// <exception cref="InvalidConfigException">
    /// No parameter requires a gradient, <c>torch.no_grad</c> is in force, or a loss of your own has no graph.
    /// </exception>
    /// <exception cref="ObjectDisposedException">The trainer or its model is disposed.</exception>
    /// <exception cref="TrainingDivergedException">
    /// Loss or gradient is not finite, at a step at which the options check them; this step has not changed the weights.
    /// </exception>
    public void Step(PuzzleBatch incoming)
    {
        using var scope = NewDisposeScope();
        ComputeGradients(incoming);
        ApplyGradients();
    }

    /// <summary>Averages the metrics of the steps since the last call. Waits for the device.</summary>
    /// <exception cref="ObjectDisposedException">The trainer or its model is disposed.</exception>
    public MetricAverages TakeMetrics()
    {
        using var use = Use();
        var averages = Sums.Average((double)SummedSteps * Options.GlobalBatchSize);
        SetSums(default, steps: 0);
        return averages;
    }

    /// <summary>
    /// The first half of <see cref="Step"/>: runs one segment and adds its gradient, summed over all processes, to the parameters'.
    /// The gradients of several calls before <see cref="ApplyGradients"/> add up. If the batch is invalid, nothing changes.
    /// </summary>
    /// <param name="incoming"><inheritdoc cref="Step" path="/param"/></param>
    /// <returns>The result of the segment, with the metrics of all processes; its tensors belong to the caller's dispose scope.</returns>
    /// <inheritdoc cref="Step" path="/exception"/>
    public TrainingSegment ComputeGradients(PuzzleBatch incoming)
    {
        ArgumentNullException.ThrowIfNull(incoming);
        using var use = Use();
        RequireFit(incoming);
        Model.train();
        Model.Recurrence.GradientMode = GradientMode;
        Carry ??= TrainingCarry.Start(Model, incoming);
        Carry.Refill(Model, incoming);
        if (Group is { Rank: > 0 })
        {
            Optimizer.ClearGradients(); // The first rank adds the sums of earlier calls.
        }

        var segment = RunSegment();
        SumOverRanks(segment);
        RequireFinite(segment);
        Carry.Advance(segment);
        AddToSums(segment.Loss.Metrics);
        return segment;
    }

    /// <summary>The second half of <see cref="Step"/>: updates weights, puzzle embedding and average, and removes the gradients.</summary>
    /// <exception cref="ObjectDisposedException">The trainer or its model is disposed.</exception>
    public void ApplyGradients()
    {
        using var use = Use();
        if (Options.MaxGradientNorm > 0)
        {
            _gradientNorm.Limit(Optimizer.Parameters, Options.MaxGradientNorm);
        }

        if (Group is not null)
        {
            PuzzleOptimizer?.Gather(Group);
        }

        StepCount++;
        Optimizer.Step(_schedule.At(StepCount));
        PuzzleOptimizer?.Step(_puzzleSchedule.At(StepCount));
        Optimizer.ClearGradients();
        Average?.Update();
    }

    /// <summary>Keeps the weights of the model alive until the result is disposed, on the same thread.</summary>
    /// <exception cref="ObjectDisposedException">The trainer or its model is disposed.</exception>
    internal HrmModel.ModelUse Use()
    {
        ObjectDisposedException.ThrowIf(_isDisposed, this);
        return Model.Use();
    }

    /// <summary>Throws if a weight is not finite; it may have become so several steps ago, and must not enter a checkpoint.</summary>
    internal void RequireFiniteWeights()
    {
        using var use = Use();
        using var scope = NewDisposeScope();
        if (!double.IsFinite(Training.GradientNorm.Of(Optimizer.Parameters).ToDouble()))
        {
            throw new TrainingDivergedException(Diagnose(default));
        }
    }

    /// <summary>Looks for NaN and infinity after a step.</summary>
    internal DivergenceReport Diagnose(MetricSums metrics)
    {
        using var use = Use();
        return DivergenceReport.Create(Model, Carry, StepCount, metrics, GradientNorm);
    }

    /// <summary>Continues from a step with a carry, of which it becomes the owner; the caller has restored weights and optimizer state.</summary>
    internal void Restore(long stepCount, TrainingCarry? carry)
    {
        DropGradients();
        Carry?.Dispose();
        Carry = carry;
        StepCount = stepCount;
        _gradientNorm.Clear();
    }

    /// <summary>Continues with the number of replicas of a checkpoint, if the options leave it open and this machine has the threads.</summary>
    internal void ContinueReplicas(int count)
    {
        if (Options.Replicas == 0 && (count == 1 || (_canReplicate && count <= get_num_threads())))
        {
            Replicas = Math.Min(count, RowCount);
        }
    }

    /// <summary>Replaces the sums of the metrics.</summary>
    internal void SetSums(MetricSums sums, long steps)
    {
        using var scope = NewDisposeScope();
        _sums.copy_(sums.ToTensor());
        SummedSteps = steps;
    }

    /// <summary>Frees optimizer, average, carry and metrics, and ends the threads of the replicas, which otherwise live as long as the process.</summary>
    /// <exception cref="InvalidOperationException">A callback of the trainer's own step calls it with several replicas.</exception>
    public void Dispose()
    {
        if (!_isDisposed)
        {
            _replicas?.Dispose();
            _isDisposed = true;
            Carry?.Dispose();
            _optimizer?.Dispose();
            PuzzleOptimizer?.Dispose();
            _gradientNorm.Clear();
            Average?.Dispose();
            _sums.Dispose();
        }

        GC.SuppressFinalize(this);
    }

    private void AddToSums(Tensor metrics)
    {
        using var scope = NewDisposeScope();
        _sums.PlusInPlace(metrics); // [9]
        SummedSteps++;
    }

    private void DropGradients()
    {
        Optimizer.ClearGradients();
        PuzzleOptimizer?.Clear();
    }

    /// <summary>Runs before the batch enters the carry: an invalid row would stay there and fail every later step.</summary>
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
        if (incoming.Size != RowCount)
        {
            var divisor = Group is null ? string.Empty : " / WorldSize";
            throw new ShapeMismatchException(nameof(incoming), $"the {RowCount} rows of TrainerOptions.GlobalBatchSize{divisor}", $"{incoming.Size}");
        }

        ShapeGuard.Require(incoming.Inputs, nameof(incoming), Carry?.Data.Size ?? RowCount, Model.Config.SequenceLength);
        incoming.Limits.RequireWithin(Model.Config);
    }

    private int ChooseReplicas() => _canReplicate && Optimizer.Parameters.Sum(parameter => parameter.numel()) < ReplicaGroup.ManyParameters
        ? Math.Min(get_num_threads(), RowCount / ReplicaGroup.FewRows)
        : 1;

    /// <summary>Runs the segment of all rows of this process, on the replicas if there are several. If a part fails, no gradient remains.</summary>
    private TrainingSegment RunSegment()
    {
        try
        {
            return RunParts();
        }
        catch
        {
            DropGradients();
            throw;
        }
    }

    private TrainingSegment RunParts()
    {
        using var scope = NewDisposeScope();
        var rows = Carry!.Data.Size;

        // Drawn for the rows of all processes, so that a row's exploration does not depend on their number.
        var minimum = _halting.DrawMinimum(Options.GlobalBatchSize, Model.Device)?.narrow(0, rows * (Group?.Rank ?? 0), rows); // [B]
        if (Replicas == 1)
        {
            return RunRows(Model, PuzzleOptimizer, 0, rows, minimum).MoveToOuter(scope);
        }

        if (_replicas?.Count != Replicas)
        {
            _replicas?.Dispose();
            _replicas = new ReplicaGroup(Model, Replicas);
        }

        var count = Replicas;
        var parts = _replicas.Run(
            (replica, rank) =>
            {
                var first = rank * rows / count;
                return RunRows(replica.Model, replica.PuzzleOptimizer, first, ((rank + 1) * rows / count) - first, minimum);
            },
            scope);
        _replicas.MoveGradients(PuzzleOptimizer);
        return TrainingSegment.Join(parts).MoveToOuter(scope);
    }

    /// <summary>Runs rows in parts of at most the options' micro-batch; their gradients add up to that of all the rows.</summary>
    private TrainingSegment RunRows(HrmModel model, SparseSignSgd? puzzleOptimizer, long start, long rows, Tensor? minimum)
    {
        using var scope = NewDisposeScope();
        var size = Options.MicroBatchSize == 0 ? rows : Math.Min(rows, Options.MicroBatchSize);
        var parts = new List<TrainingSegment>();
        for (var first = 0L; first < rows; first += size)
        {
            parts.Add(RunPart(model, start + first, Math.Min(size, rows - first), minimum));
            puzzleOptimizer?.Accumulate();
        }

        return TrainingSegment.Join(parts).MoveToOuter(scope);
    }

    private TrainingSegment RunPart(HrmModel model, long first, long count, Tensor? minimum)
    {
        using var scope = NewDisposeScope();
        var data = Carry!.Data.Rows(first, count);
        var segments = Carry.Segments.narrow(0, first, count).Plus(HeldScalars.One); // [count]
        var output = model.call(Carry.States.Rows(first, count), data);
        var halted = _halting.Decide(output.QHalt, output.QContinue, segments, minimum?.narrow(0, first, count)); // [count]
        var target = ContinueTarget(model, output, segments, data); // [count]
        var loss = _loss.Compute(output, data.Labels!, segments, halted, target);
        loss = AuxiliaryLoss is null ? loss : loss.Plus(AuxiliaryLoss(output, data, segments), output);
        if (!loss.Total.requires_grad)
        {
            throw new InvalidConfigException("trainer", ["parameters: expected at least one that requires a gradient and that the loss depends on, got none"]);
        }

        loss.Total.DividedBy(Options.GlobalBatchSize).backward();
        return new TrainingSegment(output, segments, halted, target, loss).MoveToOuter(scope);
    }

    /// <summary>Sums gradients and metrics over the processes, so that all of them check and apply the same values.</summary>
    private void SumOverRanks(TrainingSegment segment)
    {
        if (Group is null)
        {
            return;
        }

        using var scope = NewDisposeScope();
        using var noGradient = no_grad();
        foreach (var gradient in Optimizer.Parameters.Select(parameter => parameter.grad).OfType<Tensor>())
        {
            Group.AllReduce(gradient);
        }

        Group.AllReduce(segment.Loss.Metrics);
    }

    /// <summary>Throws before the update if loss or gradient has NaN or infinity, with a report of the tensors that have them.</summary>
    private void RequireFinite(TrainingSegment segment)
    {
        _gradientNorm.Clear();
        if (Options.FiniteCheckInterval == 0 || (StepCount + 1) % Options.FiniteCheckInterval != 0)
        {
            return;
        }

        var norm = _gradientNorm.Measure(Optimizer.Parameters).ToDouble();
        var metrics = MetricSums.Read(segment.Loss.Metrics);
        if (!double.IsFinite(norm) || !metrics.HasFiniteLosses)
        {
            var report = DivergenceReport.Create(Model, Carry!, StepCount + 1, metrics, norm);
            DropGradients();
            throw new TrainingDivergedException(report);
        }
    }

    /// <summary>
    /// The target of sigmoid(q_continue): the better of halting and continuing after one more segment, or only halting if the
    /// present segment is the last. [B], or <see langword="null"/> if q_continue is not trained.
    /// </summary>
    private Tensor? ContinueTarget(HrmModel model, HrmOutput output, Tensor segments, PuzzleBatch data)
    {
        if (Options.HaltingLoss == HaltingLossKind.HaltOnly || Options.Halting.MaxSegments == 1)
        {
            return null;
        }

        using var scope = NewDisposeScope();
        using var noGradient = no_grad();
        var next = model.call(output.Carry, data);
        var isLast = segments.IsAtLeast(Options.Halting.MaxSegments); // [B]
        var best = where(isLast, next.QHalt, maximum(next.QHalt, next.QContinue)); // [B]
        return best.sigmoid().MoveToOuterDisposeScope();
    }
}
