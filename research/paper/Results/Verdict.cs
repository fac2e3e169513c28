namespace Hrm.Paper;

/// <summary>What became of a claim.</summary>
internal enum Verdict
{
    /// <summary>It shows here too.</summary>
    Reproduced,

    /// <summary>A part of it shows, or it shows for some seeds.</summary>
    Partly,

    /// <summary>It was looked for and does not show.</summary>
    NotReproduced,

    /// <summary>It is about a scale that this one says nothing of.</summary>
    NotTestable,
}
