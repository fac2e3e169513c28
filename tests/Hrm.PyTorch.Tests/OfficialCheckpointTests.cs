using Hrm.Core;
using Hrm.TestKit;
using TorchSharp;
using static TorchSharp.torch;

namespace Hrm.PyTorch.Tests;

/// <summary>Checkpoints that the authors' own training code wrote.</summary>
[Trait("Category", "Golden")]
public sealed class OfficialCheckpointTests
{
    private const string KeyPrefix = "model.inner.";

    public static TheoryData<string> Folders => [.. OfficialCheckpoint.Folders()];

    /// <summary>Names in files of this library are the authors' names without the prefix; docs/authors-checkpoints.md adds it.</summary>
    [Theory]
    [MemberData(nameof(Folders))]
    public void Loaded_and_saved_models_have_the_recorded_weights_byte_for_byte(string folder)
    {
        using var scope = NewDisposeScope();
        using var temporary = new TemporaryFolder();
        var recorded = OfficialCheckpoint.ModelFolder(folder);
        var length = OfficialCheckpoint.SequenceLength(recorded);
        using var checkpoint = AuthorsCheckpoint.Open(folder, length);
        using var model = AuthorsCheckpoint.Load(folder, length);
        model.Save(temporary.Path);
        using var expected = SafetensorsFile.Open(Path.Combine(recorded, "weights.safetensors"));
        using var saved = SafetensorsFile.Open(temporary["model.safetensors"]);

        var state = model.state_dict();
        var prefix = checkpoint.Weights.Names[0].StartsWith("_orig_mod.", StringComparison.Ordinal) ? "_orig_mod." + KeyPrefix : KeyPrefix;
        expected.Names.Should().BeEquivalentTo(state.Keys.Select(key => KeyPrefix + key));
        saved.Names.Should().BeEquivalentTo(state.Keys);
        checkpoint.Weights.Names.Should().BeEquivalentTo(state.Keys.Select(key => prefix + key));
        foreach (var (key, actual) in state)
        {
            var wanted = expected.Read(KeyPrefix + key);
            actual.dtype.Should().Be(wanted.dtype, key);
            actual.shape.Should().Equal(wanted.shape, key);
            actual.bytes.SequenceEqual(wanted.bytes).Should().BeTrue($"{key} is the recorded one");
            saved.GetEntry(key).ToString().Should().Be(checkpoint.Weights.GetEntry(prefix + key).ToString());
            saved.Read(key).bytes.SequenceEqual(checkpoint.Weights.Read(prefix + key).bytes).Should().BeTrue($"{key} is saved");
        }
    }
}
