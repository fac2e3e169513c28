namespace Hrm.Layers.Tests;

public sealed class VersionRelaxationTests
{
    private static readonly HashSet<string> OldHost = ["GLIBCXX_3.4", "GLIBCXX_3.4.30"];

    [LinuxX64Fact]
    public void Real_library_asks_libstdcpp_for_the_version_and_uses_none_of_its_symbols()
    {
        var elf = new ElfSharedObject(NativeTorchSharp.Read(), "real");

        var needs = ElfSymbolVersions.Needs(elf);

        var need = needs.Should().ContainSingle(n => n.Version == "GLIBCXX_3.4.32").Subject;
        need.File.Should().Be("libstdc++.so.6");
        ElfSymbolVersions.RelocationsUsing(elf, need.Index).Should().Be(0);
        var common = needs.Single(n => n.File == "libstdc++.so.6" && n.Version == "GLIBCXX_3.4");
        ElfSymbolVersions.RelocationsUsing(elf, common.Index).Should().BeGreaterThan(10);
    }

    [LinuxX64Fact]
    public void Real_library_differs_in_the_flags_of_one_entry()
    {
        var original = NativeTorchSharp.Read();
        var elf = new ElfSharedObject(original, "real");
        var need = ElfSymbolVersions.Needs(elf).Single(n => n.Version == "GLIBCXX_3.4.32");
        var host = ElfSymbolVersions.Needs(elf).Select(n => n.Version).Where(v => v != "GLIBCXX_3.4.32").ToHashSet();

        var corrected = VersionRelaxation.Apply(original, "real", () => host)!;

        var changed = Enumerable.Range(0, original.Length).Where(i => original[i] != corrected[i]).ToList();
        changed.Should().Equal(need.FlagsOffset);
        corrected[need.FlagsOffset].Should().Be(2);
        original.Should().Equal(NativeTorchSharp.Read(), "the caller's bytes are not changed");
        VersionRelaxation.Apply(corrected, "corrected", () => host).Should().BeNull("a corrected library needs nothing more");
    }

    [Fact]
    public void Host_with_the_version_is_left_alone() =>
        VersionRelaxation.Apply(new TinyElf().Build(), "tiny", () => new HashSet<string> { "GLIBCXX_3.4", "GLIBCXX_3.4.32" })
            .Should().BeNull();

    [Fact]
    public void Library_without_the_version_does_not_ask_the_host() =>
        VersionRelaxation.Apply(new TinyElf { Needs = ["GLIBCXX_3.4"] }.Build(), "tiny", () => throw new InvalidOperationException("asked"))
            .Should().BeNull();

    [Fact]
    public void Version_of_another_library_is_left_alone() =>
        VersionRelaxation.Apply(new TinyElf { Library = "libother.so" }.Build(), "tiny", () => OldHost).Should().BeNull();

    [Theory]
    [InlineData(false, true)]
    [InlineData(false, false)]
    [InlineData(true, true)]
    [InlineData(true, false)]
    public void Relocation_that_uses_the_version_is_refused(bool inPlt, bool withAddend)
    {
        var unused = new TinyElf { InPlt = inPlt, WithAddend = withAddend, UsedVersion = 0 }.Build();
        var used = new TinyElf { InPlt = inPlt, WithAddend = withAddend, UsedVersion = 1 }.Build();

        VersionRelaxation.Apply(unused, "tiny", () => OldHost).Should().NotBeNull();
        var act = () => VersionRelaxation.Apply(used, "tiny", () => OldHost);

        act.Should().Throw<TorchLoadException>().WithMessage("*uses 1 symbol(s) of GLIBCXX_3.4.32*");
    }

    [Fact]
    public void Host_that_lacks_another_version_is_refused()
    {
        var library = new TinyElf { Needs = ["GLIBCXX_3.4", "GLIBCXX_3.4.32", "GLIBCXX_3.4.31"] }.Build();

        var act = () => VersionRelaxation.Apply(library, "tiny", () => OldHost);

        act.Should().Throw<TorchLoadException>().WithMessage("*tiny needs GLIBCXX_3.4.31 of the host's libstdc++.so.6*");
    }

    [LinuxX64Fact]
    public void Host_library_offers_versions() =>
        HostLibstdcpp.Versions().Should().Contain(["GLIBCXX_3.4", "GLIBCXX_3.4.20", "CXXABI_1.3"]).And.NotContain("GLIBC_2.2.5");
}
