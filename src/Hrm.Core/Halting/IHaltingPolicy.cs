namespace Hrm.Core;

/// <summary>Decides after each segment whether a puzzle stops.</summary>
/// <remarks>
/// A policy holds no weights and no state of a puzzle, so one object serves any number of puzzles. The caller sets the largest
/// number of segments, not the policy. A solver calls the policy on its own thread. The policy must not call that solver:
/// the call would wait for itself and throws <see cref="InvalidOperationException"/>.
/// </remarks>
public interface IHaltingPolicy
{
    /// <summary>Decides whether a puzzle stops.</summary>
    /// <param name="state">The results of the segment that has just run.</param>
    /// <returns>The reason to stop, or <see cref="HaltReason.None"/> to continue.</returns>
    HaltReason Decide(in SegmentState state);
}

/// <summary>The results of one segment of one puzzle, as a halting policy reads them.</summary>
/// <param name="Segments">Segments run, this one included; at least 1.</param>
/// <param name="QHalt">The Q value of halting, before the sigmoid.</param>
/// <param name="QContinue">The Q value of continuing, before the sigmoid.</param>
/// <param name="UnchangedSegments">The number of segments since the answer last changed: 0 after the first, and after each that changed it.</param>
/// <param name="Elapsed">The time since the puzzle's first segment began.</param>
public readonly record struct SegmentState(int Segments, float QHalt, float QContinue, int UnchangedSegments = 0, TimeSpan Elapsed = default);

/// <summary>The reason why a puzzle stopped. A combination of policies may have several reasons at once.</summary>
[Flags]
public enum HaltReason
{
    /// <summary>The puzzle has not stopped.</summary>
    None = 0,

    /// <summary>The largest number of segments has run, and the policy gave no reason.</summary>
    Maximum = 1,

    /// <summary>The Q values preferred halting: <see cref="QValueHalting"/>.</summary>
    QValues = 2,

    /// <summary>The confidence reached its threshold: <see cref="ConfidenceHalting"/>.</summary>
    Confident = 4,

    /// <summary>The answer had stayed the same: <see cref="StableHalting"/>.</summary>
    Stable = 8,

    /// <summary>The time allowed was used up: <see cref="TimeHalting"/>.</summary>
    Time = 16,
}
