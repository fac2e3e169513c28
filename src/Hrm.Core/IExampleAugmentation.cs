namespace Hrm.Core;

/// <summary>Turns an example into another one that is as true: a symmetry of the task, a hint, a relabelling.</summary>
/// <remarks>Called from one thread at a time.</remarks>
public interface IExampleAugmentation
{
    /// <summary>Changes an example in place.</summary>
    /// <param name="inputs">The tokens, seq_len.</param>
    /// <param name="labels">The labels, seq_len; <see cref="PuzzleBatch.IgnoredLabel"/> where a token does not count.</param>
    /// <param name="random">Where chance comes from: the same state gives the same change.</param>
    void Apply(Span<int> inputs, Span<int> labels, Random random);
}
