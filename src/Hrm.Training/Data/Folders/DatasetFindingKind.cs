namespace Hrm.Training;

/// <summary>What kind of thing is wrong: each is listed a bounded number of times a file.</summary>
internal enum DatasetFindingKind
{
    /// <summary>A file or folder is missing, or is no file of its kind.</summary>
    File,

    /// <summary>A key of a JSON file is missing or has a bad value.</summary>
    Key,

    /// <summary>An array has the wrong type or shape.</summary>
    Shape,

    /// <summary>An array of offsets does not start at 0.</summary>
    Start,

    /// <summary>An array of offsets does not rise: something is empty, or it falls.</summary>
    Order,

    /// <summary>An array of offsets does not end at the count.</summary>
    End,

    /// <summary>A puzzle id is out of range.</summary>
    PuzzleId,

    /// <summary>A token is out of the vocabulary.</summary>
    Token,

    /// <summary>A label is out of the vocabulary.</summary>
    Label,

    /// <summary>What the metadata says differs from what is there.</summary>
    Metadata,

    /// <summary>An identifier is bad or stands twice.</summary>
    Identifier,
}
