using Hrm.Layers;
using TorchSharp;
using static TorchSharp.torch;

namespace Hrm.Training.Tests;

public sealed class SparseSignSgdTests : IDisposable
{
    private readonly SparseEmbedding _embedding = new(5, 2, ScalarType.Float32);

    public SparseSignSgdTests()
    {
        using var scope = NewDisposeScope();
        using var noGradient = no_grad();
        _embedding.Weights.copy_(arange(1, 11, ScalarType.Float32).view(5, 2));
    }

    public void Dispose() => _embedding.Dispose();

    [Fact]
    public void Step_updates_each_distinct_row_once_by_the_sign_of_its_summed_gradient()
    {
        // Row 3 is looked up three times: 5 - 2 - 1 > 0, and -1 + 1 + 0 = 0, which decays only.
        LookUp([3, 1, 3, 3], [[5, -1], [0.5f, -0.5f], [-2, 1], [-1, 0]]);
        new SparseSignSgd(_embedding, weightDecay: 0.5).Step(0.25);

        // A row is scaled by 1 - 0.25 · 0.5 = 7/8.
        Rows().Should().Equal(1, 2, (3 * 0.875f) - 0.25f, (4 * 0.875f) + 0.25f, 5, 6, (7 * 0.875f) - 0.25f, 8 * 0.875f, 9, 10);
    }

    [Fact]
    public void Step_before_any_look_up_does_nothing()
    {
        new SparseSignSgd(_embedding, 0.5).Step(0.25);
        Rows().Should().Equal(1, 2, 3, 4, 5, 6, 7, 8, 9, 10);
    }

    [Fact]
    public void Step_without_backward_pass_does_nothing()
    {
        using var scope = NewDisposeScope();
        _embedding.call(tensor(new[] { 0, 1 }));
        new SparseSignSgd(_embedding, 0.5).Step(0.25);
        Rows().Should().Equal(1, 2, 3, 4, 5, 6, 7, 8, 9, 10);
    }

    [Fact]
    public void Step_is_not_misled_by_a_look_up_without_gradient()
    {
        using var scope = NewDisposeScope();
        LookUp([4], [[1, 1]]);
        using (no_grad())
        {
            _embedding.call(tensor(new[] { 0 }));
        }

        new SparseSignSgd(_embedding, 0).Step(0.25);
        Rows().Should().Equal(1, 2, 3, 4, 5, 6, 7, 8, 8.75f, 9.75f);
    }

    [Fact]
    public void Constructor_negative_weight_decay_is_refused()
        => FluentActions.Invoking(() => new SparseSignSgd(_embedding, -0.1)).Should().Throw<ArgumentOutOfRangeException>();

    private void LookUp(int[] ids, float[][] gradient)
    {
        using var scope = NewDisposeScope();
        var wanted = tensor([.. gradient.SelectMany(row => row)], [ids.Length, 2]);
        (_embedding.call(tensor(ids)) * wanted).sum().backward();
    }

    private float[] Rows() => _embedding.Weights.data<float>().ToArray();
}
