using System.Runtime.InteropServices;
using Hrm.Layers.Kernels;
using Hrm.Runtime;
using Hrm.TestKit;
using TorchSharp;
using static Hrm.Layers.Tests.PlainComparison;
using static TorchSharp.torch;

namespace Hrm.Layers.Tests.Kernels;

/// <summary>
/// Products by the library of this process. CI runs these tests, the other layers' and the recorded numbers with each library
/// (<c>HRM_PRODUCTS</c>), for all shapes.
/// </summary>
public sealed class ProductsTests
{
    /// <summary>About 100 roundings of float32 of a sum of 130 products, over the largest value.</summary>
    private const double Tolerance = 2e-6;

    /// <summary>Large enough for oneDNN, with and without whole vectors.</summary>
    public static TheoryData<long, long, long> Shapes => new() { { 128, 96, 112 }, { 131, 81, 129 }, { 1, 2048, 640 }, { 640, 2048, 1 }, { 3, 5, 7 } };

    /// <summary>Without this, a missing function of libtorch would let the tests of oneDNN run by libtorch's products.</summary>
    [Fact]
    public void Forced_library_is_in_use()
    {
        var isAvailable = OperatingSystem.IsLinux() && MatrixLibrary.IsAccepted;
        Products.Library.Should().Be(isAvailable ? MatrixLibrary.Forced ?? Products.Library : "libtorch");
        Products.HasOneDnn.Should().Be(isAvailable);
    }

    [Theory]
    [MemberData(nameof(Shapes))]
    public void Product_of_views_equals_that_of_float64(long rows, long inner, long columns)
    {
        using var scope = NewDisposeScope();
        var (left, right) = (Normal([rows, inner]), Normal([inner, columns], seed: 2));
        var exact = left.to_type(ScalarType.Float64).mm(right.to_type(ScalarType.Float64));
        var (everyOtherRow, everyOtherValue) = (stack([left, left], 1).select(1, 0), stack([right, right], 2).select(2, 1));
        foreach (var first in (Tensor[])[left, left.t().contiguous().t(), cat([left, left], 1).narrow(1, inner, inner), everyOtherRow])
        {
            foreach (var second in (Tensor[])[right, right.t().contiguous().t(), everyOtherValue])
            {
                var product = Products.Multiply(first, second);
                product.is_contiguous().Should().BeTrue();
                product.BeCloseTo(exact, Tolerance, "product");
            }
        }
    }

    [Fact]
    public void Product_of_an_expanded_tensor_equals_that_of_its_copy()
    {
        using var scope = NewDisposeScope();
        var (row, right) = (Normal([1, 96]), Normal([96, 128], seed: 2));
        Products.Multiply(row.expand(128, 96), right).Equals(Products.Multiply(row.repeat(128, 1), right)).Should().BeTrue();
        Products.Multiply(ones([]).expand(128, 96), right).Equals(Products.Multiply(ones(128, 96), right)).Should().BeTrue();
    }

    [Fact]
    public void Product_of_batches_equals_that_of_float64()
    {
        using var scope = NewDisposeScope();
        var (left, right) = (Normal([6, 81, 64]), Normal([6, 81, 64], seed: 2));
        var (wideLeft, wideRight) = (left.to_type(ScalarType.Float64), right.to_type(ScalarType.Float64));
        Products.Multiply(left, right.transpose(1, 2)).BeCloseTo(wideLeft.bmm(wideRight.transpose(1, 2)), Tolerance, "rows");
        Products.Multiply(left.transpose(1, 2), right).BeCloseTo(wideLeft.transpose(1, 2).bmm(wideRight), Tolerance, "columns");
        var swapped = left.view(2, 3, 81, 64).transpose(0, 1).select(1, 0); // Batches that lie apart.
        Products.Multiply(swapped, right.narrow(0, 0, 3).transpose(1, 2))
            .BeCloseTo(swapped.to_type(ScalarType.Float64).bmm(wideRight.narrow(0, 0, 3).transpose(1, 2)), Tolerance, "apart");
    }

    /// <summary>oneDNN would end the process.</summary>
    [Fact]
    public void Shapes_that_do_not_fit_are_an_exception()
    {
        using var scope = NewDisposeScope();
        FluentActions.Invoking(() => Products.Multiply(Normal([128, 128]), Normal([127, 128]))).Should().Throw<ExternalException>();
        FluentActions.Invoking(() => Products.Multiply(Normal([4, 128, 128]), Normal([5, 128, 128]))).Should().Throw<ExternalException>();
        FluentActions.Invoking(() => Products.Multiply(Normal([128, 128]), Normal([128, 128]).to_type(ScalarType.Float64))).Should().Throw<ExternalException>();
        Products.Multiply(Normal([0, 128]), Normal([128, 128])).shape.Should().Equal(0, 128);
    }

    [Theory]
    [InlineData(130, 81, 128)]
    [InlineData(130, 128, 81)]
    public void Gradient_of_weights_equals_that_of_float64(long rows, long inputs, long outputs)
    {
        using var scope = NewDisposeScope();
        var (tokens, gradient) = (Normal([rows, inputs]), Normal([rows, outputs], seed: 2));
        Products.OfWeight(tokens, gradient).BeCloseTo(tokens.to_type(ScalarType.Float64).t().mm(gradient.to_type(ScalarType.Float64)), Tolerance, "gradient");
    }

    [Theory]
    [InlineData(true, true)]
    [InlineData(true, false)]
    [InlineData(false, true)]
    public void Linear_has_the_gradients_of_float64(bool hasInput, bool hasWeight)
    {
        using var scope = NewDisposeScope();
        var (input, weight) = (Normal([4, 33, 96]).requires_grad_(hasInput), Normal([128, 96], seed: 2).requires_grad_(hasWeight));
        var (wideInput, wideWeight) = (Wide(input, hasInput), Wide(weight, hasWeight));
        var importance = Normal([4, 33, 128], seed: 3);
        (Products.Linear(input, weight) * importance).sum().backward();
        (nn.functional.linear(wideInput, wideWeight) * importance.to_type(ScalarType.Float64)).sum().backward();
        foreach (var (actual, exact) in new[] { (input, wideInput), (weight, wideWeight) })
        {
            (actual.grad is null).Should().Be(exact.grad is null);
            actual.grad?.is_contiguous().Should().BeTrue();
            actual.grad?.BeCloseTo(exact.grad!, Tolerance, "gradient");
        }
    }

    [Fact]
    public void Gradient_of_linear_can_be_differentiated_again()
    {
        using var scope = NewDisposeScope();
        var (weight, values) = (Normal([128, 96], seed: 2), Normal([100, 96]));
        var exact = FusedRmsNormTests.SecondDerivative(x => nn.functional.linear(x.square(), weight.to_type(ScalarType.Float64)), values.to_type(ScalarType.Float64));
        FusedRmsNormTests.SecondDerivative(x => Products.Linear(x.square(), weight), values).BeCloseTo(exact, Tolerance, "second derivative");
    }

    private static Tensor Wide(Tensor tensor, bool hasGradient) => tensor.detach().to_type(ScalarType.Float64).requires_grad_(hasGradient);
}
