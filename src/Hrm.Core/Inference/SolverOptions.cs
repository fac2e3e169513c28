namespace Hrm.Core;

/// <summary>The behaviour of a <see cref="HrmSolver"/>.</summary>
public sealed class SolverOptions : IValidatedOptions
{
    /// <summary>The largest number of puzzles that think together; 1 … 65536. Default 64.</summary>
    public int MaxBatchSize { get; set; } = 64;

    /// <summary>The largest number of puzzles that wait for a place in the batch; 1 … 1048576. Default 1024.</summary>
    public int MaxQueueLength { get; set; } = 1024;

    /// <summary>
    /// Whether a puzzle that finds the queue full is refused at once with <see cref="SolverBusyException"/>, rather than waiting
    /// until there is room. Default <see langword="false"/>.
    /// </summary>
    public bool RejectWhenFull { get; set; }

    /// <summary>Whether answers carry their logits. Default <see langword="false"/>.</summary>
    public bool KeepLogits { get; set; }

    /// <summary>
    /// M, the largest number of segments of a puzzle; 1 … 65536. Default 16. A halting policy may stop a puzzle earlier. A
    /// <see cref="ThinkingSolver"/> with its own <see cref="ThinkingOptions.MaxSegments"/> uses that instead for its attempts.
    /// </summary>
    public int MaxSegments { get; set; } = 16;

    /// <summary>The smallest number of segments of the paper's rule; 1 … M. Default 1. Not read where a solver is given a halting policy.</summary>
    public int MinSegments { get; set; } = 1;

    /// <summary>
    /// When the Q values speak for halting in the paper's rule; not read where a solver is given a halting policy. <see langword="null"/> (the default): the paper's rule, or
    /// <see cref="HaltingRule.HaltPositive"/> for a model whose value of continuing was never trained.
    /// </summary>
    public HaltingRule? Rule { get; set; }

    /// <summary>Returns the halting rule for a model: the paper's, or that of the halt-only loss if the value of continuing was not trained.</summary>
    internal static HaltingRule RuleOf(HrmModel model) => model.HasTrainedContinueValue ? HaltingRule.HaltOverContinue : HaltingRule.HaltPositive;

    /// <inheritdoc/>
    public IReadOnlyList<string> FindErrors()
    {
        // A bad maximum is reported by itself only, not as a bad minimum too.
        var largestMinimum = MaxSegments is >= 1 and <= HaltingOptions.MostSegments ? MaxSegments : HaltingOptions.MostSegments;
        return new RangeRules()
            .Between(nameof(MaxBatchSize), MaxBatchSize, 1, 1 << 16)
            .Between(nameof(MaxQueueLength), MaxQueueLength, 1, 1 << 20)
            .Between(nameof(MaxSegments), MaxSegments, 1, HaltingOptions.MostSegments)
            .Between(nameof(MinSegments), MinSegments, 1, largestMinimum)
            .OneOf(nameof(Rule), Rule ?? HaltingRule.HaltOverContinue, HaltingRule.HaltOverContinue, HaltingRule.HaltPositive, HaltingRule.Never)
            .Errors;
    }
}

/// <summary>A solver's queue is full, and its options say not to wait.</summary>
public sealed class SolverBusyException : HrmException
{
    /// <summary>Creates the exception.</summary>
    /// <param name="queueLength">The number of puzzles that wait.</param>
    /// <param name="retryAfter">When to try again.</param>
    public SolverBusyException(int queueLength, TimeSpan retryAfter)
        : base(FormattableString.Invariant($"queue: expected room for a puzzle, got {queueLength} waiting; try again in {retryAfter.TotalSeconds:F0} s."))
    {
        RetryAfter = retryAfter;
    }

    /// <summary>When to try again: about the time that the puzzles that wait take, 1 s … 1 minute.</summary>
    public TimeSpan RetryAfter { get; }
}
