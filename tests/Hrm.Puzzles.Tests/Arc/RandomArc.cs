namespace Hrm.Puzzles.Tests;

/// <summary>Random grids and tasks.</summary>
internal static class RandomArc
{
    public static ArcGrid Grid(Random random, int maximumSide = ArcGrid.MaximumSide)
    {
        var (rows, columns) = (random.Next(1, maximumSide + 1), random.Next(1, maximumSide + 1));
        var cells = new byte[rows * columns];
        for (var cell = 0; cell < cells.Length; cell++)
        {
            cells[cell] = (byte)random.Next(ArcGrid.ColourCount);
        }

        return ArcGrid.Create(rows, columns, cells);
    }

    public static ArcPair Pair(Random random, int maximumSide = ArcGrid.MaximumSide) => new(Grid(random, maximumSide), Grid(random, maximumSide));

    public static ArcTask Task(string name, Random random, int train = 2, int test = 1, int maximumSide = 6) =>
        new(name, Enumerable.Range(0, train).Select(_ => Pair(random, maximumSide)), Enumerable.Range(0, test).Select(_ => Pair(random, maximumSide)));
}
