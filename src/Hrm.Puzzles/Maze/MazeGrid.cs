using System.Diagnostics.CodeAnalysis;
using System.Runtime.InteropServices;

namespace Hrm.Puzzles;

/// <summary>
/// Grid of cells: a maze, or an answer to one with its path. Immutable. A path goes up, down, left and right between cells that are
/// not walls; the edge of the grid is its border.
/// </summary>
/// <remarks>
/// A question has one start, one goal, and neither path nor padding; the methods that need a question check that. An answer can
/// contain any cells, because a model can predict any.
/// </remarks>
public sealed class MazeGrid : IEquatable<MazeGrid>
{
    private readonly MazeCell[] _cells;

    private MazeGrid(MazeShape shape, MazeCell[] cells)
    {
        Shape = shape;
        _cells = cells;
    }

    /// <summary>The shape.</summary>
    public MazeShape Shape { get; }

    /// <summary>The cells, row by row.</summary>
    public ReadOnlySpan<MazeCell> Cells => _cells;

    /// <summary>The index of the first cell that is the start, or -1.</summary>
    public int Start => Cells.IndexOf(MazeCell.Start);

    /// <summary>The index of the first cell that is the goal, or -1.</summary>
    public int Goal => Cells.IndexOf(MazeCell.Goal);

    /// <summary>The number of walls.</summary>
    public int WallCount => Cells.Count(MazeCell.Wall);

    /// <summary>
    /// The number of cells that are path, start or goal. In a valid answer this is the length of the path, the paper's measure of
    /// difficulty.
    /// </summary>
    public int PathCells => Cells.Count(MazeCell.Path) + Cells.Count(MazeCell.Start) + Cells.Count(MazeCell.Goal);

    /// <summary>The content of a cell.</summary>
    /// <param name="cell">The cell, row by row.</param>
    public MazeCell this[int cell] => _cells[cell];

    /// <summary>Creates a grid from its cells.</summary>
    /// <param name="cells">The cells, row by row; copied.</param>
    /// <param name="shape">The shape.</param>
    /// <exception cref="HrmFormatException">Another number of cells, or a value that is not a cell; names the cell.</exception>
    public static MazeGrid FromCells(ReadOnlySpan<MazeCell> cells, MazeShape shape)
    {
        ArgumentNullException.ThrowIfNull(shape);
        if (cells.Length != shape.Cells)
        {
            throw new HrmFormatException($"expected {shape.Cells} cells ({shape}), got {cells.Length}");
        }

        var wrong = MemoryMarshal.AsBytes(cells).IndexOfAnyExceptInRange((byte)MazeCell.Padding, (byte)MazeCell.Path);
        return wrong < 0
            ? new MazeGrid(shape, cells.ToArray())
            : throw new HrmFormatException($"expected a cell of 0 to 5 in {shape.NameOf(wrong)}, got {(int)cells[wrong]}");
    }

    /// <summary>Reads a square grid; see <see cref="Parse(ReadOnlySpan{char}, MazeShape)"/>.</summary>
    /// <inheritdoc cref="Parse(ReadOnlySpan{char}, MazeShape)"/>
    public static MazeGrid Parse(ReadOnlySpan<char> text) => Parse(text, MazeShape.OfCells(text.Length));

    /// <summary>
    /// Reads a grid, one character per cell, row by row: '#' wall, ' ' free, 'S' start, 'G' goal, 'o' path. <see cref="ToString"/> is
    /// the inverse.
    /// </summary>
    /// <param name="text">The characters, without line breaks.</param>
    /// <param name="shape">The shape.</param>
    /// <exception cref="HrmFormatException">Another length or character; names the position.</exception>
    public static MazeGrid Parse(ReadOnlySpan<char> text, MazeShape shape)
    {
        ArgumentNullException.ThrowIfNull(shape);
        if (text.Length != shape.Cells)
        {
            throw new HrmFormatException($"expected {shape.Cells} characters ({shape}), got {text.Length}");
        }

        var cells = new MazeCell[text.Length];
        for (var cell = 0; cell < cells.Length; cell++)
        {
            if (!MazeCells.TryParse(text[cell], out cells[cell]))
            {
                throw new HrmFormatException(
                    $"expected one of '{MazeCells.Symbols[1..]}' at character {cell + 1} ({shape.NameOf(cell)}), got {Quote.Text(text[cell].ToString())}");
            }
        }

        return new MazeGrid(shape, cells);
    }

    /// <summary>Text of the walls that two mazes share exactly if their walls are equal up to rotation and reflection.</summary>
    /// <returns>
    /// The shape and walls of the rotation or reflection with the fewest rows, and among those the first in ordinal order, for
    /// example <c>2x3:   # #</c>.
    /// </returns>
    public string CanonicalLayout()
    {
        var rows = Math.Min(Shape.Rows, Shape.Columns);
        return DihedralTransform.All.Select(Transform).Where(image => image.Shape.Rows == rows).Select(image => image.Layout()).Min(StringComparer.Ordinal)!;
    }

    /// <summary>Whether an answer is a shortest path through this maze; any of them solves it.</summary>
    /// <inheritdoc cref="FindFault"/>
    public bool IsSolvedBy(MazeGrid answer) => FindFault(answer) is null;

    /// <summary>Finds the first reason why an answer does not solve this maze.</summary>
    /// <param name="answer">The proposed answer.</param>
    /// <returns>
    /// A changed cell, otherwise the cell at which the path from the start ends or branches, otherwise a path cell apart from it,
    /// otherwise a length that is not the shortest; <see langword="null"/> if the answer solves the maze.
    /// </returns>
    /// <remarks>
    /// Start and goal must have one neighbour on the path, and every other cell of the path two. A path that touches itself branches;
    /// a shortest path never does.
    /// </remarks>
    /// <exception cref="HrmFormatException">This grid is not a question; names the cell.</exception>
    /// <exception cref="ArgumentException">The grids differ in shape.</exception>
    public PuzzleFault? FindFault(MazeGrid answer) => MazeChecker.FindFault(RequireQuestion(), RequireShape(answer));

    /// <summary>Whether an answer is a path from the start to the goal of this maze, not necessarily a shortest one.</summary>
    /// <inheritdoc cref="FindFault" path="/param|/remarks|/exception"/>
    public bool IsPath(MazeGrid answer) => MazeChecker.IsPath(RequireQuestion(), RequireShape(answer));

    /// <summary>
    /// Finds a shortest path exactly. A maze can have many; this is the one in the paper's datasets, found by a breadth-first search
    /// that visits neighbours in the order down, left, right, up.
    /// </summary>
    /// <remarks>All 2,000 labels of the paper's Maze-Hard set are equal to its paths, cell by cell.</remarks>
    /// <returns>The maze with the path, or <see langword="null"/> if the goal cannot be reached.</returns>
    /// <exception cref="HrmFormatException">This grid is not a question; names the cell.</exception>
    public MazeGrid? FindShortestPath() => MazeSearch.FindPath(RequireQuestion());

    /// <summary>One character per cell, row by row; padding is '?'.</summary>
    public override string ToString() => string.Create(_cells.Length, _cells, static (text, cells) =>
    {
        for (var cell = 0; cell < text.Length; cell++)
        {
            text[cell] = MazeCells.Symbols[(int)cells[cell]];
        }
    });

    /// <inheritdoc/>
    public bool Equals([NotNullWhen(true)] MazeGrid? other) =>
        other is not null && Shape == other.Shape && Cells.SequenceEqual(other.Cells);

    /// <inheritdoc/>
    public override bool Equals(object? obj) => Equals(obj as MazeGrid);

    /// <inheritdoc/>
    public override int GetHashCode()
    {
        var hash = default(HashCode);
        hash.Add(Shape);
        hash.AddBytes(MemoryMarshal.AsBytes(Cells));
        return hash.ToHashCode();
    }

    /// <summary>Transforms the grid; a transform that swaps rows and columns swaps those of the shape.</summary>
    internal MazeGrid Transform(DihedralTransform transform)
    {
        var cells = new MazeCell[_cells.Length];
        transform.Apply(Cells, Shape.Rows, Shape.Columns, cells);
        return new MazeGrid(Shape.Transform(transform), cells);
    }

    /// <summary>Returns the grid, or throws if it is not a question.</summary>
    internal MazeGrid RequireQuestion() => FindQuestionFault() is { } fault ? throw new HrmFormatException(fault) : this;

    /// <summary>The first reason why the grid is not a question, or <see langword="null"/>.</summary>
    internal string? FindQuestionFault()
    {
        var wrong = Cells.IndexOfAny(MazeCell.Padding, MazeCell.Path);
        return wrong < 0
            ? FindCountFault(MazeCell.Start) ?? FindCountFault(MazeCell.Goal)
            : $"expected a wall, a free cell, the start or the goal in {Shape.NameOf(wrong)}, got {MazeCells.NameOf(_cells[wrong])}";
    }

    private MazeGrid RequireShape(MazeGrid answer)
    {
        ArgumentNullException.ThrowIfNull(answer);
        return answer.Shape == Shape ? answer : throw new ArgumentException($"answer: expected {Shape}, got {answer.Shape}", nameof(answer));
    }

    private string? FindCountFault(MazeCell content)
    {
        var symbol = MazeCells.Symbols[(int)content];
        var (first, last) = (Cells.IndexOf(content), Cells.LastIndexOf(content));
        return first < 0 ? $"expected one '{symbol}', got none"
            : first < last ? $"expected one '{symbol}', got one in {Shape.NameOf(first)} and one in {Shape.NameOf(last)}"
            : null;
    }

    private string Layout() => $"{Shape}:{string.Concat(_cells.Select(cell => cell == MazeCell.Wall ? '#' : ' '))}";
}
