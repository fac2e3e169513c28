namespace Hrm.Core;

/// <summary>Why a puzzle's thinking ended. A combination of policies may have several reasons at once.</summary>
[Flags]
public enum HaltReason
{
    /// <summary>It has not ended.</summary>
    None = 0,

    /// <summary>The largest number of segments has run; alone where nothing else spoke for stopping.</summary>
    Maximum = 1,

    /// <summary>The Q values preferred halting: <see cref="QValueHalting"/>.</summary>
    QValues = 2,

    /// <summary>The model was sure enough of its answer: <see cref="ConfidenceHalting"/>.</summary>
    Confident = 4,

    /// <summary>The answer had stayed the same: <see cref="StableHalting"/>.</summary>
    Stable = 8,

    /// <summary>The time allowed was used up: <see cref="TimeHalting"/>.</summary>
    Time = 16,
}
