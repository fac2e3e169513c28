namespace Hrm.Training;

/// <summary>How tokens and labels stand in the files of a dataset.</summary>
public enum TokenStorage
{
    /// <summary>The narrowest of uint8, int16, uint16 and int32 that holds every token and the ignored label.</summary>
    Narrowest,

    /// <summary>One byte, without sign.</summary>
    UInt8,

    /// <summary>Two bytes.</summary>
    Int16,

    /// <summary>Two bytes, without sign.</summary>
    UInt16,

    /// <summary>Four bytes.</summary>
    Int32,

    /// <summary>Eight bytes, as the authors' builder leaves augmented Sudokus.</summary>
    Int64,
}
