namespace Hrm.Paper;

/// <summary>Everything that a figure has to tell; kept as JSON, from which the report is made.</summary>
/// <param name="Name">The name on the command line.</param>
/// <param name="Title">What it is about.</param>
/// <param name="Method">How it was measured.</param>
/// <param name="Claims">What the paper says, and what came out.</param>
/// <param name="Tables">The numbers.</param>
/// <param name="Pictures">The plots.</param>
/// <param name="Frames">Puzzles as they are solved.</param>
/// <param name="Scale">The name of the scale.</param>
/// <param name="Description">What the scale is.</param>
/// <param name="Command">What made it.</param>
/// <param name="TrainingSeconds">The time that its models took to train; those that figures share count for each.</param>
internal sealed record FigureResult(
    string Name,
    string Title,
    string Method,
    IReadOnlyList<Claim> Claims,
    IReadOnlyList<ResultTable> Tables,
    IReadOnlyList<Picture> Pictures,
    IReadOnlyList<SolveFrames> Frames,
    string Scale,
    string Description,
    string Command,
    double TrainingSeconds);
