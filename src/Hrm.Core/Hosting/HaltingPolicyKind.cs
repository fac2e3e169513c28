namespace Hrm.Core;

/// <summary>The halting policies that a configuration can name.</summary>
public enum HaltingPolicyKind
{
    /// <summary><see cref="QValueHalting"/>: the paper's rule.</summary>
    QValues,

    /// <summary>No policy: always <see cref="SolverOptions.MaxSegments"/> segments.</summary>
    Fixed,

    /// <summary><see cref="ConfidenceHalting"/>: sigmoid(q_halt) has reached a threshold.</summary>
    Confidence,

    /// <summary><see cref="StableHalting"/>: the answer has stayed the same.</summary>
    Stable,
}
