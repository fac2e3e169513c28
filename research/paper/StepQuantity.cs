namespace Hrm.Paper;

/// <summary>What of a step a process measures: what makes memory exact takes time.</summary>
internal enum StepQuantity
{
    /// <summary>The largest memory.</summary>
    Memory,

    /// <summary>The time.</summary>
    Time,
}
