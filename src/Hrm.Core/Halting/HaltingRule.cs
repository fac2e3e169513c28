namespace Hrm.Core;

/// <summary>When the Q values speak for halting.</summary>
public enum HaltingRule
{
    /// <summary>q_halt &gt; q_continue: the paper's rule.</summary>
    HaltOverContinue,

    /// <summary>q_halt &gt; 0: for models trained without Q-continue (TRM, arXiv 2510.04871).</summary>
    HaltPositive,

    /// <summary>Never: every row runs M segments. A baseline for what halting is worth.</summary>
    Never,
}
