using System.Globalization;

namespace Hrm.Core;

/// <summary>A model's answer to a puzzle: that of the segment at which its thinking ended.</summary>
/// <param name="Tokens">The likeliest token at each place, seq_len.</param>
/// <param name="Segments">The number of segments run.</param>
/// <param name="QHalt">The Q value of halting after the last one, before the sigmoid.</param>
/// <param name="QContinue">The Q value of going on after the last one, before the sigmoid.</param>
/// <param name="Reason">Why the thinking ended.</param>
/// <param name="Logits">The logits, seq_len · V, place by place, where <see cref="SolverOptions.KeepLogits"/> asks for them.</param>
public sealed record SolverAnswer(int[] Tokens, int Segments, float QHalt, float QContinue, HaltReason Reason, float[]? Logits = null)
{
    /// <summary>sigmoid(q_halt): how sure the model is of its answer, as far as training made this a probability.</summary>
    public double Confidence => 1 / (1 + Math.Exp(-(double)QHalt));

    /// <summary>Compares the values, those of the arrays included.</summary>
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

/// <summary>What a model thinks after one segment.</summary>
/// <param name="Segment">The number of the segment, from 1.</param>
/// <param name="Tokens">The likeliest token at each place, seq_len.</param>
/// <param name="QHalt">The Q value of halting, before the sigmoid.</param>
/// <param name="QContinue">The Q value of going on, before the sigmoid.</param>
/// <param name="HighResidual">‖zH' − zH‖ / ‖zH‖: how far the segment moved the state of the slow module from where it began.</param>
/// <param name="LowResidual">‖zL' − zL‖ / ‖zL‖: the same of the fast module.</param>
/// <param name="Reason">Why the thinking ended here; none where it went on.</param>
public sealed record SegmentAnswer(
    int Segment,
    int[] Tokens,
    float QHalt,
    float QContinue,
    float HighResidual,
    float LowResidual,
    HaltReason Reason)
{
    /// <summary>Whether the halting policy stopped here.</summary>
    public bool IsFinal => Reason != HaltReason.None;

    /// <summary>Compares the values, those of the tokens included.</summary>
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
