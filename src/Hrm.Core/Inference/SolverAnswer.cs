using System.Globalization;

namespace Hrm.Core;

/// <summary>A model's answer to a puzzle: the prediction of the segment at which it stopped.</summary>
/// <param name="Tokens">The most likely token at each position, seq_len.</param>
/// <param name="Segments">The number of segments run.</param>
/// <param name="QHalt">The Q value of halting after the last segment, before the sigmoid.</param>
/// <param name="QContinue">The Q value of continuing after the last segment, before the sigmoid.</param>
/// <param name="Reason">The reason why the puzzle stopped.</param>
/// <param name="Logits">The logits, seq_len · V, position by position, if <see cref="SolverOptions.KeepLogits"/> is set.</param>
public sealed record SolverAnswer(int[] Tokens, int Segments, float QHalt, float QContinue, HaltReason Reason, float[]? Logits = null)
{
    /// <summary>The confidence of the model, sigmoid(q_halt); a probability only as far as training made it one.</summary>
    public double Confidence => 1 / (1 + Math.Exp(-(double)QHalt));

    /// <summary>Compares the values, including those of the arrays.</summary>
    /// <param name="other">The other answer.</param>
    public bool Equals(SolverAnswer? other)
        => other is not null
            && (Segments, QHalt, QContinue, Reason).Equals((other.Segments, other.QHalt, other.QContinue, other.Reason))
            && Tokens.AsSpan().SequenceEqual(other.Tokens)
            && (Logits is null == other.Logits is null)
            && Logits.AsSpan().SequenceEqual(other.Logits);

    /// <inheritdoc/>
    public override int GetHashCode() => HashCode.Combine(Segments, QHalt, QContinue, Reason);

    /// <inheritdoc/>
    public override string ToString() => string.Create(CultureInfo.InvariantCulture, $"{Reason} after {Segments} segments, {Confidence:P1} confident: {string.Join(' ', Tokens)}");
}

/// <summary>The prediction of one segment.</summary>
/// <param name="Segment">The number of the segment, from 1.</param>
/// <param name="Tokens">The most likely token at each position, seq_len.</param>
/// <param name="QHalt">The Q value of halting, before the sigmoid.</param>
/// <param name="QContinue">The Q value of continuing, before the sigmoid.</param>
/// <param name="HighResidual">‖zH' − zH‖ / ‖zH‖: the relative change of the high state over the segment.</param>
/// <param name="LowResidual">‖zL' − zL‖ / ‖zL‖: the relative change of the low state.</param>
/// <param name="Reason">The reason why the puzzle stopped here; none if it continued.</param>
public sealed record SegmentAnswer(
    int Segment,
    int[] Tokens,
    float QHalt,
    float QContinue,
    float HighResidual,
    float LowResidual,
    HaltReason Reason)
{
    /// <summary>Whether the puzzle stopped here.</summary>
    public bool IsFinal => Reason != HaltReason.None;

    /// <summary>Compares the values, including the tokens.</summary>
    /// <param name="other">The other answer.</param>
    public bool Equals(SegmentAnswer? other)
        => other is not null
            && (Segment, QHalt, QContinue, HighResidual, LowResidual, Reason).Equals((other.Segment, other.QHalt, other.QContinue, other.HighResidual, other.LowResidual, other.Reason))
            && Tokens.AsSpan().SequenceEqual(other.Tokens);

    /// <inheritdoc/>
    public override int GetHashCode() => HashCode.Combine(Segment, QHalt, QContinue, Reason);

    /// <inheritdoc/>
    public override string ToString() => string.Create(CultureInfo.InvariantCulture, $"segment {Segment}, {Reason}: {string.Join(' ', Tokens)}");
}

/// <summary>A puzzle to solve.</summary>
/// <param name="Tokens">The puzzle, seq_len tokens.</param>
/// <param name="PuzzleId">The puzzle id, for models with a puzzle embedding.</param>
public readonly record struct SolverQuestion(ReadOnlyMemory<int> Tokens, int PuzzleId = 0);
