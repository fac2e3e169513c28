using Hrm.Core;

namespace Hrm.Training;

/// <summary>A split of a dataset that is to be written.</summary>
/// <param name="Name">The name of its folder, for instance <c>train</c>.</param>
/// <param name="Groups">Its groups, enumerated once, in order.</param>
public sealed record PuzzleSplit(string Name, IEnumerable<PuzzleGroup> Groups)
{
    /// <summary>How its tokens and labels are stored. Default <see cref="TokenStorage.Narrowest"/>.</summary>
    public TokenStorage Storage { get; init; }
}
