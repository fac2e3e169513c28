namespace Hrm.Core;

/// <summary>The halting of Q-learning in training: a row stops when the value of halting exceeds that of continuing.</summary>
/// <remarks>
/// <c>halted = segments ≥ M or (segments ≥ minimum and q_halt &gt; q_continue)</c>, where the minimum is 0, or with probability ε drawn
/// uniformly from 2 … M. Inference uses <see cref="QValueHalting"/>. Source: arXiv 2506.21734, section 2, "Adaptive computational time".
/// </remarks>
/// <param name="options">Maximum, exploration and rule; valid.</param>
/// <param name="generator">Draws the minima; a CPU generator that the caller owns.</param>
internal sealed class AdaptiveHalting(HaltingOptions options, Generator generator)
{
    private readonly Generator _generator = generator ?? throw new ArgumentNullException(nameof(generator));

    /// <summary>Draws the minimum number of segments of each row of a whole batch: from 2 … M with probability ε, otherwise 0.</summary>
    /// <returns>[B], int32; <see langword="null"/> when nothing is explored; then nothing is drawn.</returns>
    public Tensor? DrawMinimum(long rows, Device device)
    {
        if (options.MaxSegments == 1 || options.ExplorationProbability == 0)
        {
            return null;
        }

        using var scope = NewDisposeScope();
        using var probability = options.ExplorationProbability.ToScalar();
        var explores = rand([rows], generator: _generator).lt(probability); // [B]
        var minimum = randint(2, options.MaxSegments + 1, [rows], ScalarType.Int32, generator: _generator); // [B]
        return DeviceTransfer.Send(minimum.mul_(explores.to_type(ScalarType.Int32)), device).MoveToOuterDisposeScope(); // [B]
    }

    /// <summary>Decides which rows of a batch stop.</summary>
    /// <param name="qHalt">[B], float32, before the sigmoid.</param>
    /// <param name="qContinue">[B], float32, before the sigmoid.</param>
    /// <param name="segments">[B], int32: segments run, this one included.</param>
    /// <param name="minimum">[B], int32: the drawn minima; <see langword="null"/> when nothing is explored.</param>
    /// <returns>[B], bool: the rows that stop.</returns>
    public Tensor Decide(Tensor qHalt, Tensor qContinue, Tensor segments, Tensor? minimum)
    {
        using var scope = NewDisposeScope();
        using var noGradient = no_grad();
        var isLast = segments.IsAtLeast(options.MaxSegments); // [B]
        if (options.Rule == HaltingRule.Never)
        {
            return isLast.MoveToOuterDisposeScope(); // [B]
        }

        var prefersHalt = options.Rule == HaltingRule.HaltPositive ? qHalt.gt(HeldScalars.Zero) : qHalt.gt(qContinue); // [B]
        if (minimum is not null)
        {
            prefersHalt = prefersHalt.logical_and(segments.ge(minimum)); // [B]
        }

        return isLast.logical_or(prefersHalt).MoveToOuterDisposeScope(); // [B]
    }
}

/// <summary>Halting in training: the maximum, the exploration and the comparison of the Q values.</summary>
public sealed class HaltingOptions : IValidatedOptions
{
    /// <summary>The largest maximum that options accept.</summary>
    internal const int MostSegments = 1 << 16;

    /// <summary>M, the largest number of segments; at least 1. Default 16.</summary>
    public int MaxSegments { get; set; } = 16;

    /// <summary>ε, the probability that a row must first reach a number of segments drawn uniformly from 2 … M; 0 … 1. Default 0.1.</summary>
    public double ExplorationProbability { get; set; } = 0.1;

    /// <summary>When the Q values speak for halting.</summary>
    public HaltingRule Rule { get; set; } = HaltingRule.HaltOverContinue;

    /// <inheritdoc/>
    public IReadOnlyList<string> FindErrors() => new RangeRules()
        .Between(nameof(MaxSegments), MaxSegments, 1, MostSegments)
        .Between(nameof(ExplorationProbability), ExplorationProbability, 0, 1)
        .OneOf(nameof(Rule), Rule, HaltingRule.HaltOverContinue, HaltingRule.HaltPositive, HaltingRule.Never)
        .Errors;
}
