using Hrm.TestKit;
using TorchSharp;
using static TorchSharp.torch;

namespace Hrm.Core.Tests;

public sealed class WeightsFolderTests : IDisposable
{
    private readonly TemporaryFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Fact]
    public void Save_without_a_limit_writes_one_file()
    {
        WeightsFolder.Save(_folder.Path, Tensors());

        _folder.FileNames().Should().Equal("model.safetensors");
        using var weights = WeightsFolder.Open(_folder.Path);
        AssertHolds(weights);
    }

    [Fact]
    public void Save_above_the_limit_writes_shards_and_an_index()
    {
        WeightsFolder.Save(_folder.Path, Tensors(), new Dictionary<string, string> { ["k"] = "v" }, maxShardBytes: 40);

        _folder.FileNames().Should().Equal(
            "model-00001-of-00003.safetensors", "model-00002-of-00003.safetensors", "model-00003-of-00003.safetensors", "model.safetensors.index.json");
        File.ReadAllText(_folder["model.safetensors.index.json"]).ReplaceLineEndings("\n").Should().Be("""
            {
              "metadata": {
                "total_size": 140
              },
              "weight_map": {
                "a": "model-00001-of-00003.safetensors",
                "b": "model-00001-of-00003.safetensors",
                "big": "model-00002-of-00003.safetensors",
                "c": "model-00003-of-00003.safetensors"
              }
            }
            """.ReplaceLineEndings("\n"));
        using var weights = WeightsFolder.Open(_folder.Path);
        AssertHolds(weights);
        using var shard = SafetensorsFile.Open(_folder["model-00003-of-00003.safetensors"]);
        shard.Metadata.Should().Equal(new Dictionary<string, string> { ["k"] = "v" });
    }

    [Fact]
    public void Save_exactly_at_the_limit_writes_one_file()
    {
        WeightsFolder.Save(_folder.Path, Tensors(), maxShardBytes: 140);

        _folder.FileNames().Should().Equal("model.safetensors");
    }

    [Theory]
    [InlineData(null, 40L)]
    [InlineData(40L, null)]
    [InlineData(40L, 100L)]
    [InlineData(100L, 40L)]
    [InlineData(40L, 40L)]
    public void Save_over_other_weights_leaves_only_the_new(long? oldLimit, long? newLimit)
    {
        WeightsFolder.Save(_folder.Path, new Dictionary<string, Tensor> { ["old"] = torch.ones(100), ["older"] = torch.ones(100) }, maxShardBytes: oldLimit);
        File.WriteAllText(_folder["model-notes.safetensors"], "not a shard");

        WeightsFolder.Save(_folder.Path, Tensors(), maxShardBytes: newLimit);

        using var weights = WeightsFolder.Open(_folder.Path);
        AssertHolds(weights);
        var expected = Directory.CreateDirectory(Path.Combine(_folder.Path, "fresh")).FullName;
        WeightsFolder.Save(expected, Tensors(), maxShardBytes: newLimit);
        _folder.FileNames().Should().BeEquivalentTo([.. Directory.GetFiles(expected).Select(Path.GetFileName), "model-notes.safetensors"]);
    }

    [Fact]
    public void Save_that_fails_midway_leaves_the_old_shards()
    {
        WeightsFolder.Save(_folder.Path, Tensors(), maxShardBytes: 40);
        var old = _folder.FileNames().ToDictionary(name => name, name => Convert.ToHexString(File.ReadAllBytes(_folder[name])));

        // The last shard holds what cannot be stored.
        var save = () => WeightsFolder.Save(
            _folder.Path,
            Tensors().Where(item => item.Key != "c").Append(KeyValuePair.Create("z", torch.zeros(9, ScalarType.ComplexFloat32))),
            maxShardBytes: 40);

        save.Should().Throw<WeightsFormatException>().WithMessage("*'z'*");
        _folder.FileNames().ToDictionary(name => name, name => Convert.ToHexString(File.ReadAllBytes(_folder[name]))).Should().Equal(old);
    }

    [Fact]
    public void Save_name_twice_in_different_shards_is_typed()
    {
        var save = () => WeightsFolder.Save(_folder.Path, Tensors().Append(KeyValuePair.Create("big", torch.ones(25))), maxShardBytes: 40);

        save.Should().Throw<WeightsFormatException>().WithMessage("*'big': expected each name once*");
        _folder.FileNames().Should().BeEmpty();
    }

    [Fact]
    public void Save_where_no_folder_can_be_is_typed()
    {
        File.WriteAllText(_folder["file"], "");

        var save = () => WeightsFolder.Save(_folder["file"], Tensors());

        save.Should().Throw<HrmFileException>().WithMessage("*file*could not be written*");
    }

    [Fact]
    public void Open_folder_without_weights_is_typed()
    {
        var open = () => WeightsFolder.Open(_folder.Path);

        open.Should().Throw<HrmFileException>().WithMessage("*expected model.safetensors or model.safetensors.index.json, got neither");
    }

    [Fact]
    public void Open_shards_read_and_copy_like_one_file()
    {
        WeightsFolder.Save(_folder.Path, Tensors(), maxShardBytes: 1);
        using var weights = WeightsFolder.Open(_folder.Path);
        var destination = torch.zeros(25);

        weights.CopyTo("big", destination);
        var read = () => weights.Read("missing");

        destination.data<float>().Should().Equal(Enumerable.Repeat(3f, 25));
        read.Should().Throw<WeightsFormatException>().WithMessage("*index.json: tensor 'missing': expected it among the 4 tensors*");
    }

    [Fact]
    public void Open_shard_that_is_missing_is_typed()
    {
        WeightsFolder.Save(_folder.Path, Tensors(), maxShardBytes: 40);
        File.Delete(_folder["model-00002-of-00003.safetensors"]);

        var open = () => WeightsFolder.Open(_folder.Path);

        open.Should().Throw<HrmFileException>().WithMessage("*model-00002-of-00003.safetensors: the file does not exist");
    }

    [Fact]
    public void Open_index_that_names_a_tensor_of_no_shard_is_typed() =>
        RefuseEdited("\"a\":", "\"x\":", "'a': index: expected it nowhere, got it in 'model-00001-of-00003.safetensors'");

    [Fact]
    public void Open_index_with_one_tensor_too_many_is_typed() =>
        RefuseEdited("\"a\":", "\"x\": \"model-00001-of-00003.safetensors\",\"a\":", "'x': index: expected it in 'model-00001-of-00003.safetensors', got no tensor");

    [Fact]
    public void Open_index_that_names_another_shard_is_typed() =>
        RefuseEdited("\"b\": \"model-00001", "\"b\": \"model-00003", "'b': index: expected it in 'model-00003-of-00003.safetensors', got it in 'model-00001-of-00003.safetensors'");

    [Fact]
    public void Open_shard_that_is_damaged_is_typed()
    {
        WeightsFolder.Save(_folder.Path, Tensors(), maxShardBytes: 40);
        File.WriteAllBytes(_folder["model-00002-of-00003.safetensors"], [1, 2, 3]);

        var open = () => WeightsFolder.Open(_folder.Path);

        open.Should().Throw<WeightsFormatException>().Which.File.Should().EndWith("model-00002-of-00003.safetensors");
    }

    private void RefuseEdited(string old, string replacement, string expected)
    {
        WeightsFolder.Save(_folder.Path, Tensors(), maxShardBytes: 40);
        var index = _folder["model.safetensors.index.json"];
        var text = File.ReadAllText(index);
        text.Should().Contain(old);
        File.WriteAllText(index, text.Replace(old, replacement, StringComparison.Ordinal));

        var open = () => WeightsFolder.Open(_folder.Path);

        var thrown = open.Should().Throw<WeightsFormatException>().Which;
        thrown.File.Should().Be(index);
        thrown.Message.Should().Contain(expected);
    }

    /// <summary>140 bytes, of which "big" takes 100.</summary>
    private static Dictionary<string, Tensor> Tensors() => new()
    {
        ["c"] = torch.full([1], 4L, ScalarType.Int64),
        ["b"] = torch.full([2, 2], 2f, ScalarType.BFloat16),
        ["big"] = torch.full([25], 3f),
        ["a"] = torch.full([6], 1f),
    };

    private static void AssertHolds(IWeightsSource weights)
    {
        var expected = Tensors();
        weights.Names.Should().BeEquivalentTo(expected.Keys);
        foreach (var (name, tensor) in expected)
        {
            weights.Contains(name).Should().BeTrue();
            weights.GetEntry(name).Dtype.Should().Be(tensor.dtype);
            weights.Read(name).bytes.SequenceEqual(tensor.bytes).Should().BeTrue(name);
        }
    }
}
