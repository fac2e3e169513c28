namespace Hrm.Training;

/// <summary>How the Q values are trained.</summary>
public enum HaltingLossKind
{
    /// <summary>Both: q_halt towards being right, q_continue towards what one more segment would give. The paper's.</summary>
    HaltAndContinue,

    /// <summary>q_halt alone, without the extra segment (TRM). A third faster; halts on q_halt &gt; 0.</summary>
    HaltOnly,
}
