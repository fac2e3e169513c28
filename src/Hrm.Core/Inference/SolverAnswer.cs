using System.Globalization;

namespace Hrm.Core;

/// <summary>The prediction of a segment. The prediction of the segment at which a puzzle stops is the answer.</summary>
/// <param name="Tokens">The most likely token at each position, seq_len.</param>
/// <param name="Segments">The number of segments run, this one included.</param>
/// <param name="QHalt">The Q value of halting, before the sigmoid.</param>
/// <param name="QContinue">The Q value of continuing, before the sigmoid.</param>
/// <param name="Reason">The reason why the puzzle stopped here; none in a trace if it continued.</param>
/// <param name="HighResidual">‖zH' − zH‖ / ‖zH‖: the relative change of the high state over the segment; in a trace only, otherwise NaN.</param>
/// <param name="LowResidual">‖zL' − zL‖ / ‖zL‖: the relative change of the low state.</param>
/// <param name="Logits">The logits, seq_len · V, position by position, if <see cref="SolverOptions.KeepLogits"/> is set.</param>
public sealed record SolverAnswer(
    int[] Tokens,
    int Segments,
    float QHalt,
    float QContinue,
    HaltReason Reason,
    float HighResidual = float.NaN,
    float LowResidual = float.NaN,
    float[]? Logits = null)
{
    /// <summary>The confidence of the model, sigmoid(q_halt); a probability only as far as training made it one.</summary>
    public double Confidence => 1 / (1 + Math.Exp(-(double)QHalt));

    /// <summary>Compares the values, including those of the arrays.</summary>
    /// <param name="other">The other answer.</param>
    public bool Equals(SolverAnswer? other)
        => other is not null
            && (Segments, QHalt, QContinue, Reason, HighResidual, LowResidual).Equals((other.Segments, other.QHalt, other.QContinue, other.Reason, other.HighResidual, other.LowResidual))
            && Tokens.AsSpan().SequenceEqual(other.Tokens)
            && (Logits is null == other.Logits is null)
            && Logits.AsSpan().SequenceEqual(other.Logits);

    /// <inheritdoc/>
    public override int GetHashCode() => HashCode.Combine(Segments, QHalt, QContinue, Reason);

    /// <inheritdoc/>
    public override string ToString() => string.Create(CultureInfo.InvariantCulture, $"{Reason} after {Segments} segments, {Confidence:P1} confident: {string.Join(' ', Tokens)}");
}

/// <summary>A puzzle to solve.</summary>
/// <param name="Tokens">The puzzle, seq_len tokens.</param>
/// <param name="PuzzleId">The puzzle id, for models with a puzzle embedding.</param>
public readonly record struct SolverQuestion(ReadOnlyMemory<int> Tokens, int PuzzleId = 0);
