using Hrm.Core;

namespace Hrm.Training;

/// <summary>A split of a dataset to write.</summary>
/// <param name="Name">The name of its folder, for instance <c>train</c>.</param>
/// <param name="Groups">Its groups, enumerated once, in order.</param>
public sealed record PuzzleSplit(string Name, IEnumerable<PuzzleGroup> Groups)
{
    /// <summary>The element type of tokens and labels. Default <see cref="TokenStorage.Narrowest"/>.</summary>
    public TokenStorage Storage { get; init; }
}

/// <summary>The element type of tokens and labels in the files of a dataset.</summary>
public enum TokenStorage
{
    /// <summary>The narrowest of uint8, int16, uint16 and int32 that holds every token and the ignored label.</summary>
    Narrowest,

    /// <summary>int64, as the authors' builder leaves augmented Sudokus.</summary>
    Int64,
}

/// <summary>The progress of writing a dataset.</summary>
/// <param name="Split">The split that is being written.</param>
/// <param name="Groups">The number of its groups that are written.</param>
/// <param name="Examples">The number of its examples that are written.</param>
public readonly record struct DatasetWriteProgress(string Split, int Groups, int Examples);
