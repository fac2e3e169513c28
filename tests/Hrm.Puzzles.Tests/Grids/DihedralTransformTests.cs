using FsCheck.Xunit;

namespace Hrm.Puzzles.Tests;

public class DihedralTransformTests
{
    /// <summary>The results of numpy for [[1, 2, 3], [4, 5, 6]]: rot90 by 0 to 3, fliplr, flipud, T, fliplr of rot90.</summary>
    [Theory]
    [InlineData(0, "123/456")]
    [InlineData(1, "36/25/14")]
    [InlineData(2, "654/321")]
    [InlineData(3, "41/52/63")]
    [InlineData(4, "321/654")]
    [InlineData(5, "456/123")]
    [InlineData(6, "14/25/36")]
    [InlineData(7, "63/52/41")]
    public void Apply_equals_numpy(int index, string expected) =>
        Apply(DihedralTransform.Of(index), new Grid(2, 3, [.. "123456"])).ToString().Should().Be(expected);

    [Property(MaxTest = 200)]
    public void The_inverse_undoes_a_transform_from_both_sides(int seed)
    {
        var grid = RandomGrid(seed);
        foreach (var transform in DihedralTransform.All)
        {
            Apply(transform.Inverse, Apply(transform, grid)).Should().Be(grid);
            Apply(transform, Apply(transform.Inverse, grid)).Should().Be(grid);
        }
    }

    [Fact]
    public void The_eight_images_of_a_grid_without_symmetry_differ() =>
        DihedralTransform.All.Select(transform => Apply(transform, new Grid(2, 2, [.. "1234"]))).Should().OnlyHaveUniqueItems();

    [Fact]
    public void The_inverses_equal_those_of_the_authors() =>
        DihedralTransform.All.Select(transform => transform.Inverse.Index).Should().Equal(0, 3, 2, 1, 4, 5, 6, 7);

    [Theory]
    [InlineData(-1)]
    [InlineData(8)]
    public void An_index_out_of_range_is_rejected(int index) =>
        FluentActions.Invoking(() => DihedralTransform.Of(index)).Should().Throw<ArgumentOutOfRangeException>();

    [Theory]
    [InlineData(5, 6, 2, 3)]
    [InlineData(6, 5, 2, 3)]
    [InlineData(0, 0, 65536, 65536)]
    public void Apply_rejects_spans_of_another_length(int cells, int result, int rows, int columns) =>
        FluentActions.Invoking(() => DihedralTransform.Of(2).Apply<int>(new int[cells], rows, columns, new int[result]))
            .Should().Throw<ArgumentException>().WithMessage($"cells, result: expected {rows} · {columns} of each, got {cells} and {result}*");

    [Fact]
    public void Apply_rejects_negative_sides_and_overlapping_spans()
    {
        var cells = new int[4];

        cells.Invoking(c => DihedralTransform.Of(1).Apply<int>(c, -2, -2, new int[4])).Should().Throw<ArgumentOutOfRangeException>();
        cells.Invoking(c => DihedralTransform.Of(1).Apply<int>(c, 2, 2, c)).Should().Throw<ArgumentException>().WithMessage("*overlaps*");
    }

    private static Grid RandomGrid(int seed)
    {
        var random = new Random(seed);
        var (rows, columns) = (random.Next(1, 7), random.Next(1, 7));
        return new Grid(rows, columns, [.. Enumerable.Range(0, rows * columns).Select(cell => (char)('A' + cell))]);
    }

    private static Grid Apply(DihedralTransform transform, Grid grid)
    {
        var result = new char[grid.Cells.Length];
        transform.Apply<char>(grid.Cells, grid.Rows, grid.Columns, result);
        return transform.SwapsAxes ? new Grid(grid.Columns, grid.Rows, result) : new Grid(grid.Rows, grid.Columns, result);
    }

    private sealed record Grid(int Rows, int Columns, char[] Cells)
    {
        public bool Equals(Grid? other) => other is not null && ToString() == other.ToString();

        public override int GetHashCode() => ToString().GetHashCode(StringComparison.Ordinal);

        public override string ToString() => string.Join('/', Cells.Chunk(Columns).Select(row => new string(row)));
    }
}
