namespace Hrm.Core;

/// <summary>Decides after each segment whether a puzzle's thinking ends.</summary>
/// <remarks>
/// Adaptive halting, fixed numbers of segments, thresholds, combinations: each is a policy. A policy holds no weights and
/// nothing of one puzzle, so one object serves any number of puzzles. A solver calls it on its own thread, so it must not call that
/// solver: the call would wait for itself and is an <see cref="InvalidOperationException"/>.
/// </remarks>
public interface IHaltingPolicy
{
    /// <summary>M, the number of segments after which every puzzle stops.</summary>
    int MaxSegments { get; }

    /// <summary>Decides.</summary>
    /// <param name="state">What the segment that has just run gave.</param>
    /// <returns>Why to stop, or <see cref="HaltReason.None"/> to go on; never none from <see cref="MaxSegments"/> on.</returns>
    HaltReason Decide(in SegmentState state);
}
