namespace Hrm.Core;

/// <summary>The behaviour of a <see cref="HrmSolver"/>.</summary>
public sealed class SolverOptions : IValidatedOptions
{
    /// <summary>The largest number of puzzles that run at once, in all running batches together; 1 … 65536. Default 64.</summary>
    public int MaxBatchSize { get; set; } = 64;

    /// <summary>
    /// The largest number of batches that run at once, each on a thread of the solver; 0 … 1024. They share libtorch's threads. Default 0:
    /// as many as libtorch has threads on the CPU, 1 on another device.
    /// </summary>
    public int RunningBatches { get; set; }

    /// <summary>The largest number of puzzles in the queue; 1 … 1048576. Default 1024.</summary>
    public int MaxQueueLength { get; set; } = 1024;

    /// <summary>Whether a full queue rejects a puzzle with <see cref="SolverBusyException"/> instead of making its caller wait. Default: no.</summary>
    public bool RejectWhenFull { get; set; }

    /// <summary>Whether answers contain their logits. Default: no.</summary>
    public bool KeepLogits { get; set; }

    /// <summary>M, the largest number of segments of a puzzle; 1 … 65536. Default 16. A halting policy may stop a puzzle earlier.</summary>
    public int MaxSegments { get; set; } = 16;

    /// <summary>
    /// The comparison of the Q values; ignored if the solver has a halting policy. <see langword="null"/> (the default): the paper's rule,
    /// or <see cref="HaltingRule.HaltPositive"/> for a model whose value of continuing was not trained.
    /// </summary>
    public HaltingRule? Rule { get; set; }

    /// <summary>Returns a copy, which later changes of the options do not affect.</summary>
    internal SolverOptions Copy() => (SolverOptions)MemberwiseClone();

    /// <summary>The rule that <see cref="Rule"/> chooses by default: the paper's, or <see cref="HaltingRule.HaltPositive"/>.</summary>
    /// <param name="model">A trained model. If its value of continuing was not trained, its loss was the halt-only one.</param>
    public static HaltingRule RuleOf(HrmModel model)
    {
        ArgumentNullException.ThrowIfNull(model);
        return model.HasTrainedContinueValue ? HaltingRule.HaltOverContinue : HaltingRule.HaltPositive;
    }

    /// <inheritdoc/>
    public IReadOnlyList<string> FindErrors() => new RangeRules()
        .Between(nameof(MaxBatchSize), MaxBatchSize, 1, 1 << 16)
        .Between(nameof(RunningBatches), RunningBatches, 0, 1 << 10)
        .Between(nameof(MaxQueueLength), MaxQueueLength, 1, 1 << 20)
        .Between(nameof(MaxSegments), MaxSegments, 1, HaltingOptions.MostSegments)
        .OneOf(nameof(Rule), Rule ?? HaltingRule.HaltOverContinue, HaltingRule.HaltOverContinue, HaltingRule.HaltPositive, HaltingRule.Never)
        .Errors;
}

/// <summary>A solver's queue is full, and <see cref="SolverOptions.RejectWhenFull"/> is set.</summary>
/// <param name="queueLength">The number of puzzles in the queue.</param>
/// <param name="retryAfter">When to try again.</param>
public sealed class SolverBusyException(int queueLength, TimeSpan retryAfter)
    : HrmException(FormattableString.Invariant($"queue: expected room for a puzzle, got {queueLength} waiting; try again in {retryAfter.TotalSeconds:F0} s."))
{
    /// <summary>When to try again: an estimate of the time for the waiting puzzles, 1 s … 1 minute.</summary>
    public TimeSpan RetryAfter { get; } = retryAfter;
}
