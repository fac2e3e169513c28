namespace Hrm.Runtime.Tests;

public sealed class MatrixLibraryTests
{
    [Theory]
    [InlineData(null, null)]
    [InlineData("", null)]
    [InlineData("OneDNN", "onednn")]
    [InlineData("libtorch", "libtorch")]
    public void Forced_library_is_read_from_the_variable(string? value, string? expected) => MatrixLibrary.Check(value).Should().Be(expected);

    [Fact]
    public void Other_values_are_an_error_that_names_both()
        => FluentActions.Invoking(() => MatrixLibrary.Check("mkl")).Should().Throw<TorchLoadException>()
            .WithMessage("*HRM_PRODUCTS*onednn or libtorch*mkl*");
}
