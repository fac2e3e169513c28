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
}
