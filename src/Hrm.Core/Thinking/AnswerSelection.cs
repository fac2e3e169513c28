namespace Hrm.Core;

/// <summary>Which of several answers to a puzzle is taken.</summary>
public enum AnswerSelection
{
    /// <summary>The one that most attempts agree on; of equals, the one whose attempts are surer in sum, then the earliest.</summary>
    Votes,

    /// <summary>That of the attempt with the largest q_halt.</summary>
    Confidence,

    /// <summary>
    /// One that the task's own check accepts, which ends the other attempts; by votes where it accepts none. For tasks whose
    /// answers can be checked without knowing the right one.
    /// </summary>
    Checker,
}
