using FsCheck.Xunit;

namespace Hrm.Puzzles.Tests;

public class DihedralTransformTests
{
    /// <summary>The results of numpy for [[1, 2, 3], [4, 5, 6]]: rot90 by 0 to 3, fliplr, flipud, T, fliplr of rot90.</summary>
    [Theory]
    [InlineData(0, "123456", 0)]
    [InlineData(1, "362514", 3)]
    [InlineData(2, "654321", 2)]
    [InlineData(3, "415263", 1)]
    [InlineData(4, "321654", 4)]
    [InlineData(5, "456123", 5)]
    [InlineData(6, "142536", 6)]
    [InlineData(7, "635241", 7)]
    public void Apply_equals_numpy_and_the_inverse_is_the_authors(int index, string expected, int inverse)
    {
        var transform = DihedralTransform.Of(index);

        Apply(transform, 2, 3, "123456").Should().Be(expected);
        transform.Inverse.Index.Should().Be(inverse);
    }

    [Property(MaxTest = 200)]
    public void The_inverse_undoes_a_transform_from_both_sides(int seed)
    {
        var random = new Random(seed);
        var (rows, columns) = (random.Next(1, 7), random.Next(1, 7));
        var cells = string.Concat(Enumerable.Range(0, rows * columns).Select(cell => (char)('A' + cell)));
        foreach (var transform in DihedralTransform.All)
        {
            var (imageRows, imageColumns) = transform.SwapsAxes ? (columns, rows) : (rows, columns);

            Apply(transform.Inverse, imageRows, imageColumns, Apply(transform, rows, columns, cells)).Should().Be(cells);
            Apply(transform, imageRows, imageColumns, Apply(transform.Inverse, rows, columns, cells)).Should().Be(cells);
        }
    }

    [Fact]
    public void Apply_rejects_spans_of_another_length_and_overlapping_spans()
    {
        var cells = new int[6];

        cells.Invoking(c => DihedralTransform.Of(2).Apply<int>(c, 2, 3, new int[5])).Should().Throw<ArgumentException>()
            .WithMessage("cells, result: expected 2 · 3 of each, without overlap, got 6 and 5*");
        cells.Invoking(c => DihedralTransform.Of(2).Apply<int>(c, 2, 3, c)).Should().Throw<ArgumentException>();
    }

    private static string Apply(DihedralTransform transform, int rows, int columns, string cells)
    {
        var result = new char[cells.Length];
        transform.Apply<char>(cells, rows, columns, result);
        return new string(result);
    }
}
