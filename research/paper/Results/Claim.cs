namespace Hrm.Paper;

/// <summary>One thing that the paper says, and what was measured.</summary>
/// <param name="Statement">What is claimed.</param>
/// <param name="Paper">The paper's numbers.</param>
/// <param name="Ours">Ours, with the spread over the seeds where training is involved.</param>
/// <param name="Setting">On what ours were measured.</param>
/// <param name="Seeds">The number of trained models; 0 where nothing is trained.</param>
/// <param name="Verdict">What follows.</param>
internal sealed record Claim(string Statement, string Paper, string Ours, string Setting, int Seeds, Verdict Verdict);
