using Hrm.Core;
using Hrm.Layers;
using Hrm.Puzzles;
using Hrm.Training;
using Mono.Cecil;
using Mono.Cecil.Cil;
using TorchSharp;

namespace Hrm.PublicApi.Tests;

/// <summary>
/// No method of the packages calls a member of TorchSharp that converts a number to a <see cref="Scalar"/> inside: nothing would hold the
/// scalar during the native call. The compiler's list of banned symbols is this list as of one version of TorchSharp.
/// </summary>
public sealed class NativeScalarTests
{
    [Theory]
    [InlineData(typeof(CastedLinear))]
    [InlineData(typeof(HrmModel))]
    [InlineData(typeof(HrmTrainer))]
    [InlineData(typeof(SudokuTask))]
    public void No_member_of_TorchSharp_that_converts_a_number_inside_is_called(Type typeOfAssembly)
    {
        using var assembly = ModuleDefinition.ReadModule(typeOfAssembly.Assembly.Location);
        var converting = ConvertingMembers();
        var calls = Methods(assembly)
            .SelectMany(method => Called(method).Where(called => converting.Contains(called) || IsImplicit(called)).Select(called => $"{method.FullName} calls {called}"));
        calls.Should().BeEmpty();
        Methods(assembly).Where(PassesScalarOn).Should().BeEmpty("a scalar is stored in a field or in a local that is disposed after the call");
    }

    [Fact]
    public void Addition_of_tensors_is_among_the_converting_members()
    {
        ConvertingMembers().Should().Contain(member => member.Contains("op_Addition(TorchSharp.torch/Tensor,TorchSharp.torch/Tensor)"))
            .And.HaveCountLessThan(1000, "the walk must stop at conversions");
    }

    /// <summary>The full names of the methods of TorchSharp that reach a conversion by direct calls.</summary>
    private static HashSet<string> ConvertingMembers()
    {
        using var torchSharp = ModuleDefinition.ReadModule(typeof(torch).Assembly.Location);
        var called = Methods(torchSharp)
            .Where(method => method.DeclaringType.Name is not (nameof(Scalar) or nameof(ScalarExtensionMethods)))
            .ToDictionary(method => method.FullName, method => Called(method).ToArray());
        HashSet<string> converting = [.. called.Where(entry => entry.Value.Any(IsConversion)).Select(entry => entry.Key)];
        for (var before = 0; before < converting.Count;)
        {
            before = converting.Count;
            converting.UnionWith(called.Where(entry => entry.Value.Any(converting.Contains)).Select(entry => entry.Key));
        }

        return converting;
    }

    private static bool PassesScalarOn(MethodDefinition method)
        => method.Body.Instructions.Any(instruction => instruction.Operand is MethodReference called && IsConversion(called.FullName)
            && instruction.Next.OpCode.Code is not (Code.Stsfld or Code.Stfld)
            && !(StoredIn(method, instruction.Next) is { } local && DisposedLocals(method).Contains(local)));

    private static VariableDefinition? StoredIn(MethodDefinition method, Instruction instruction) => instruction.OpCode.Code switch
    {
        >= Code.Stloc_0 and <= Code.Stloc_3 => method.Body.Variables[instruction.OpCode.Code - Code.Stloc_0],
        Code.Stloc_S or Code.Stloc => (VariableDefinition)instruction.Operand,
        _ => null,
    };

    /// <summary>The locals that the finally blocks of a method dispose, as <c>using</c> does.</summary>
    private static IEnumerable<VariableDefinition> DisposedLocals(MethodDefinition method)
    {
        foreach (var block in method.Body.ExceptionHandlers.Where(handler => handler.HandlerType == ExceptionHandlerType.Finally))
        {
            for (var instruction = block.HandlerStart; instruction != block.HandlerEnd; instruction = instruction.Next)
            {
                if (instruction.Operand is MethodReference { Name: nameof(IDisposable.Dispose) } && LoadedFrom(method, instruction.Previous) is { } local)
                {
                    yield return local;
                }
            }
        }
    }

    private static VariableDefinition? LoadedFrom(MethodDefinition method, Instruction instruction) => instruction.OpCode.Code switch
    {
        >= Code.Ldloc_0 and <= Code.Ldloc_3 => method.Body.Variables[instruction.OpCode.Code - Code.Ldloc_0],
        Code.Ldloc_S or Code.Ldloc => (VariableDefinition)instruction.Operand,
        _ => null,
    };

    private static bool IsImplicit(string member) => member.Contains($"{typeof(Scalar).FullName}::op_Implicit(", StringComparison.Ordinal);

    private static bool IsConversion(string member)
        => IsImplicit(member) || member.Contains($"{typeof(ScalarExtensionMethods).FullName}::{nameof(ScalarExtensionMethods.ToScalar)}(", StringComparison.Ordinal);

    private static IEnumerable<MethodDefinition> Methods(ModuleDefinition module)
        => module.GetTypes().SelectMany(type => type.Methods).Where(method => method.HasBody);

    private static IEnumerable<string> Called(MethodDefinition method)
        => method.Body.Instructions.Select(instruction => instruction.Operand).OfType<MethodReference>().Select(reference => reference.GetElementMethod().FullName);
}
