namespace Hrm.Paper;

/// <summary>A PNG beside the report.</summary>
/// <param name="File">Its name.</param>
/// <param name="Caption">What it shows.</param>
internal sealed record Picture(string File, string Caption);
