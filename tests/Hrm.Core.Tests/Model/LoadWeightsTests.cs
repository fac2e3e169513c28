using Hrm.TestKit;
using TorchSharp;
using static TorchSharp.torch;

namespace Hrm.Core.Tests;

public sealed class LoadWeightsTests : IDisposable
{
    private readonly TemporaryFolder _folder = new();
    private readonly DisposeScope _scope = NewDisposeScope();
    private readonly HrmModel _stored = TinyModel.Create(seed: 1);
    private readonly HrmModel _model = TinyModel.Create(seed: 2);

    [Theory]
    [InlineData("")]
    [InlineData("model.inner.")]
    [InlineData("ema_model.")]
    [InlineData("module._orig_mod.model.inner.")]
    public void Prefixes_of_training_code_are_ignored(string prefix)
    {
        Load(_stored.state_dict().Select(entry => KeyValuePair.Create(prefix + entry.Key, entry.Value)));
        _model.ShouldHaveTheWeightsOf(_stored);
    }

    [Fact]
    public void A_missing_and_an_unknown_tensor_are_both_named()
    {
        var tensors = _stored.state_dict().Where(entry => entry.Key != "q_head.bias").Append(KeyValuePair.Create("q_head.scale", zeros(2)));
        Loading(tensors).WithMessage("*weights.safetensors: expected the model's tensors: 1 missing (q_head.bias), 1 unknown (q_head.scale)");
    }

    [Fact]
    public void Two_names_that_differ_only_in_the_prefix_are_rejected()
    {
        var tensors = _stored.state_dict().Append(KeyValuePair.Create("model.inner.q_head.bias", zeros(2)));
        Loading(tensors).WithMessage("*weights.safetensors, tensor *q_head.bias*: expected it once*");
    }

    [Theory]
    [InlineData(ScalarType.Float64, "F64")]
    [InlineData(ScalarType.Int32, "I32")]
    public void Another_dtype_is_not_cast(ScalarType dtype, string name)
        => Loading(With("lm_head.weight", weight => weight.to_type(dtype))).WithMessage($"*tensor *lm_head.weight*: expected F32 [7, 16], got {name} [7, 16]");

    [Theory]
    [InlineData(ScalarType.BFloat16)]
    [InlineData(ScalarType.Float16)]
    public void A_narrower_dtype_is_widened(ScalarType dtype)
    {
        Load(With("lm_head.weight", it => it.to_type(dtype)));
        var weight = _model.state_dict()["lm_head.weight"];
        weight.dtype.Should().Be(ScalarType.Float32);
        weight.Equals(_stored.state_dict()["lm_head.weight"].to_type(dtype).to_type(ScalarType.Float32)).Should().BeTrue();
    }

    [Fact]
    public void Float32_is_not_narrowed()
    {
        using var model = TinyModel.Create(TinyModel.Config with { ForwardDtype = ScalarType.BFloat16 });
        Loading(_stored.state_dict(), model).WithMessage("*_init*: expected BF16 [16], got F32 [16]");
    }

    [Fact]
    public void A_rejected_file_changes_no_weight()
    {
        using var before = TinyModel.Create(seed: 2);
        Loading(With("q_head.bias", _ => zeros(3)));
        _model.ShouldHaveTheWeightsOf(before);
    }

    public void Dispose()
    {
        _model.Dispose();
        _stored.Dispose();
        _scope.Dispose();
        _folder.Dispose();
    }

    private IEnumerable<KeyValuePair<string, Tensor>> With(string name, Func<Tensor, Tensor> change)
        => _stored.state_dict().Select(entry => entry.Key == name ? KeyValuePair.Create(name, change(entry.Value)) : entry);

    private void Load(IEnumerable<KeyValuePair<string, Tensor>> tensors, HrmModel? model = null)
    {
        SafetensorsFile.Save(_folder["weights.safetensors"], tensors);
        using var weights = SafetensorsFile.Open(_folder["weights.safetensors"]);
        (model ?? _model).LoadWeights(weights);
    }

    private FluentAssertions.Specialized.ExceptionAssertions<HrmFormatException> Loading(IEnumerable<KeyValuePair<string, Tensor>> tensors, HrmModel? model = null)
        => FluentActions.Invoking(() => Load(tensors, model)).Should().Throw<HrmFormatException>();
}
