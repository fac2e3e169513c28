using Hrm.Layers;
using Hrm.TestKit;
using static TorchSharp.torch;

namespace Hrm.Training.Tests;

public sealed class SparseSignSgdTests : IDisposable
{
    private readonly SparseEmbedding _embedding = new(5, 2, ScalarType.Float32);

    public SparseSignSgdTests() => Reset();

    public void Dispose() => _embedding.Dispose();

    [Fact]
    public void Step_updates_each_distinct_row_once_by_the_sign_of_its_summed_gradient()
    {
        // Row 3 is looked up three times: 5 - 2 - 1 > 0, and -1 + 1 + 0 = 0, which decays only.
        LookUp([3, 1, 3, 3], [[5, -1], [0.5f, -0.5f], [-2, 1], [-1, 0]]);
        Step(weightDecay: 0.5);

        // A row is scaled by 1 - 0.25 · 0.5 = 7/8.
        Rows().Should().Equal(1, 2, (3 * 0.875f) - 0.25f, (4 * 0.875f) + 0.25f, 5, 6, (7 * 0.875f) - 0.25f, 8 * 0.875f, 9, 10);
    }

    [Fact]
    public void A_look_up_without_backward_pass_or_gradient_does_not_change_the_step()
    {
        using var scope = NewDisposeScope();
        _embedding.call(tensor(new[] { 0, 1 }));
        Step(weightDecay: 0.5);
        Rows().Should().Equal(1, 2, 3, 4, 5, 6, 7, 8, 9, 10);
        LookUp([4], [[1, 1]]);
        using (no_grad())
        {
            _embedding.call(tensor(new[] { 0 }));
        }

        Step(weightDecay: 0);
        Rows().Should().Equal(1, 2, 3, 4, 5, 6, 7, 8, 8.75f, 9.75f);
    }

    [Fact]
    public void Step_after_two_passes_equals_that_of_the_whole_batch()
    {
        // Row 3 is in both passes: its second gradient has the opposite sign of the sum.
        LookUp([3, 1], [[5, -1], [0.5f, -0.5f]]);
        using var optimizer = new SparseSignSgd(_embedding, 0.5);
        optimizer.Accumulate();
        _embedding.Gathered!.Rows.grad.Should().BeNull();
        LookUp([3, 4], [[-2, 3], [-1, 1e-8f]]);
        optimizer.Accumulate();
        Rows().Should().Equal(1, 2, 3, 4, 5, 6, 7, 8, 9, 10);
        optimizer.Step(0.25);
        var apart = Rows();

        Reset();
        LookUp([3, 1, 3, 4], [[5, -1], [0.5f, -0.5f], [-2, 3], [-1, 1e-8f]]);
        Step(weightDecay: 0.5);
        Rows().Should().Equal(apart).And.NotEqual([1, 2, 3, 4, 5, 6, 7, 8, 9, 10]);
    }

    [Fact]
    public void A_gradient_is_accumulated_and_used_once()
    {
        using var optimizer = new SparseSignSgd(_embedding, 0);
        LookUp([0], [[1, 1]]);
        optimizer.Accumulate();
        optimizer.Accumulate();
        optimizer.Step(0.25);
        optimizer.Step(0.25);
        Rows().Should().Equal(0.75f, 1.75f, 3, 4, 5, 6, 7, 8, 9, 10);
    }

    [Fact]
    public void Dispose_frees_accumulated_gradients()
    {
        LookUp([0], [[1, 1]]);
        var optimizer = new SparseSignSgd(_embedding, 0);
        optimizer.Accumulate();
        var pending = LiveTensors.Count();
        optimizer.Dispose();
        optimizer.Dispose();
        Tensor.TotalCount.Should().Be(pending - 2);
    }

    [Fact]
    public void Accumulating_over_many_steps_leaves_no_tensor_alive()
    {
        using var optimizer = new SparseSignSgd(_embedding, 0.5);
        TensorLeak.Check(() =>
        {
            LookUp([3, 1], [[5, -1], [0.5f, -0.5f]]);
            optimizer.Accumulate();
            LookUp([2, 2], [[5, -1], [0.5f, -0.5f]]);
            optimizer.Step(0.25);
        });
    }

    private void Reset()
    {
        using var scope = NewDisposeScope();
        using var noGradient = no_grad();
        _embedding.Weights.copy_(arange(1, 11, ScalarType.Float32).view(5, 2));
    }

    private void Step(double weightDecay)
    {
        using var optimizer = new SparseSignSgd(_embedding, weightDecay);
        optimizer.Step(0.25);
    }

    private void LookUp(int[] ids, float[][] gradient)
    {
        using var scope = NewDisposeScope();
        var wanted = tensor([.. gradient.SelectMany(row => row)], [ids.Length, 2]);
        (_embedding.call(tensor(ids)) * wanted).sum().backward();
    }

    private float[] Rows() => _embedding.Weights.data<float>().ToArray();
}
