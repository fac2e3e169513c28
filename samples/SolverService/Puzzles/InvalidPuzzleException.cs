namespace Hrm.Samples.SolverService;

/// <summary>Somebody asked for the solution of something that is no puzzle.</summary>
public sealed class InvalidPuzzleException : Exception
{
    /// <summary>Creates the exception.</summary>
    /// <param name="message">What was expected, and what came.</param>
    /// <param name="cells">The cells at fault, row by row, where there are such.</param>
    /// <param name="innerException">Where it was found.</param>
    public InvalidPuzzleException(string message, IReadOnlyList<int> cells, Exception? innerException = null)
        : base(message, innerException)
    {
        Cells = cells;
    }

    /// <summary>The cells at fault, row by row, from 0.</summary>
    public IReadOnlyList<int> Cells { get; }
}
