using Hrm.TestKit;
using TorchSharp;
using Xunit.Abstractions;
using static TorchSharp.torch;

namespace Hrm.Core.Tests;

/// <summary>Checkpoints that the authors' own training code wrote.</summary>
[Trait("Category", "Golden")]
public sealed class OfficialCheckpointTests(ITestOutputHelper output)
{
    private const string KeyPrefix = "model.inner.";

    public static TheoryData<string> Folders => [.. OfficialCheckpoint.Folders()];

    [Fact]
    public void Every_checkpoint_is_taken()
    {
        output.WriteLine(string.Join('\n', OfficialCheckpoint.Folders()));
        OfficialCheckpoint.Folders().Should().Contain(RepositoryFolder.Combine("tests", "golden", "official_checkpoint"));
    }

    [Theory]
    [MemberData(nameof(Folders))]
    public void Loaded_model_has_the_recorded_weights_byte_for_byte(string folder)
    {
        using var scope = NewDisposeScope();
        var recorded = OfficialCheckpoint.ModelFolder(folder);
        using var model = HrmModel.Load(folder, OfficialCheckpoint.SequenceLength(recorded));
        using var expected = SafetensorsFile.Open(Path.Combine(recorded, "weights.safetensors"), allowUnaligned: true);

        var state = model.state_dict();
        expected.Names.Should().BeEquivalentTo(state.Keys.Select(key => KeyPrefix + key));
        foreach (var (key, actual) in state)
        {
            var wanted = expected.Read(KeyPrefix + key);
            actual.dtype.Should().Be(wanted.dtype, key);
            actual.shape.Should().Equal(wanted.shape, key);
            actual.bytes.SequenceEqual(wanted.bytes).Should().BeTrue($"{key} is the recorded one");
        }
    }

    [Theory]
    [MemberData(nameof(Folders))]
    public void The_file_can_be_named_itself(string folder)
    {
        var length = OfficialCheckpoint.SequenceLength(OfficialCheckpoint.ModelFolder(folder));
        foreach (var file in Directory.GetFiles(folder, "step_*"))
        {
            using var checkpoint = AuthorsCheckpoint.Open(file, length);
            checkpoint.Weights.Path.Should().Be(file);
            checkpoint.Weights.Names.Should().NotBeEmpty();
        }
    }

    /// <summary>What we export of a checkpoint are the names, types and bytes that were in it.</summary>
    [Theory]
    [MemberData(nameof(Folders))]
    public void Exported_file_has_the_names_and_bytes_of_the_authors(string folder)
    {
        using var scope = NewDisposeScope();
        using var temporary = new TemporaryFolder();
        var length = OfficialCheckpoint.SequenceLength(OfficialCheckpoint.ModelFolder(folder));
        using var checkpoint = AuthorsCheckpoint.Open(folder, length);
        using var model = HrmModel.Load(folder, length);

        var compiled = checkpoint.Weights.Names[0].StartsWith("_orig_mod.", StringComparison.Ordinal);
        model.SaveForAuthors(temporary.Path, step: 4, compiled);

        using var exported = TorchSaveFile.Open(temporary["step_4"]);
        exported.Names.Should().BeEquivalentTo(checkpoint.Weights.Names);
        foreach (var name in exported.Names)
        {
            exported.GetEntry(name).ToString().Should().Be(checkpoint.Weights.GetEntry(name).ToString());
            exported.Read(name).bytes.SequenceEqual(checkpoint.Weights.Read(name).bytes).Should().BeTrue(name);
        }

        using var again = AuthorsCheckpoint.Open(temporary.Path, length);
        again.Config.Should().Be(checkpoint.Config);
    }
}
