using System.Reflection;
using System.Reflection.Emit;

namespace Tandem.Tests.Architecture;

/// <summary>What compiled code uses, read from its IL: what no analyzer setting and no suppression can hide.</summary>
static class CompiledCode
{
    const BindingFlags All = BindingFlags.Public | BindingFlags.NonPublic | BindingFlags.Instance | BindingFlags.Static | BindingFlags.DeclaredOnly;

    static readonly Dictionary<short, OpCode> s_opCodes = typeof(OpCodes).GetFields(BindingFlags.Public | BindingFlags.Static)
        .Select(field => (OpCode)field.GetValue(null)!).ToDictionary(code => code.Value);

    /// <summary>A use of <paramref name="Type"/>, or of its <paramref name="Member"/>, at a place.</summary>
    public sealed record Use(string Where, Type Type, MemberInfo? Member);

    /// <summary>Everything that the types' fields, signatures and method bodies name.</summary>
    public static IEnumerable<Use> UsesOf(IEnumerable<Type> types)
    {
        foreach (Type type in types)
        {
            foreach (FieldInfo field in type.GetFields(All))
                foreach (Type used in Flat(field.FieldType)) yield return new Use($"{type}.{field.Name}", used, null);
            foreach (MethodBase method in type.GetMethods(All).Cast<MethodBase>().Concat(type.GetConstructors(All)))
            {
                string where = $"{type}.{method.Name}";
                foreach (Type used in Signature(method)) yield return new Use(where, used, null);
                if (method.GetMethodBody() is not { } body) continue;
                foreach (LocalVariableInfo local in body.LocalVariables)
                    foreach (Type used in Flat(local.LocalType)) yield return new Use(where, used, null);
                foreach ((OpCode _, MemberInfo? member) in Instructions(method, body))
                    foreach (Use use in UsesOf(where, member)) yield return use;
            }
        }
    }

    /// <summary>Where the types' code computes with floating point.</summary>
    public static IEnumerable<string> FloatingPointIn(IEnumerable<Type> types) =>
        from type in types
        from method in type.GetMethods(All).Cast<MethodBase>().Concat(type.GetConstructors(All))
        let body = method.GetMethodBody()
        where body is not null && Instructions(method, body).Any(instruction => IsFloating(instruction.Code))
        select $"{type}.{method.Name}";

    // ldc.r8, conv.r4, conv.r.un and the like; not ldelem.ref.
    static bool IsFloating(OpCode code) => code.Name!.EndsWith(".r4") || code.Name.EndsWith(".r8") || code.Name.EndsWith(".r.un");

    static IEnumerable<Use> UsesOf(string where, MemberInfo? member)
    {
        if (member is null) yield break;
        if (member is Type itself)
        {
            foreach (Type used in Flat(itself)) yield return new Use(where, used, null);
            yield break;
        }
        if (member.DeclaringType is { } owner)
            foreach (Type used in Flat(owner)) yield return new Use(where, used, member);
        IEnumerable<Type> named = member switch
        {
            MethodBase method => Signature(method),
            FieldInfo field => Flat(field.FieldType),
            _ => [],
        };
        foreach (Type used in named) yield return new Use(where, used, member);
    }

    static IEnumerable<Type> Signature(MethodBase method)
    {
        IEnumerable<Type> types = method.GetParameters().Select(parameter => parameter.ParameterType);
        if (method is MethodInfo { ReturnType: var returned }) types = types.Append(returned);
        if (method.IsGenericMethod) types = types.Concat(method.GetGenericArguments());
        return types.SelectMany(Flat);
    }

    /// <summary>The type and those that it is made of.</summary>
    static IEnumerable<Type> Flat(Type type)
    {
        if (type.HasElementType) return Flat(type.GetElementType()!);
        if (type.IsGenericParameter) return [];
        return type.IsGenericType ? type.GetGenericArguments().SelectMany(Flat).Prepend(type.GetGenericTypeDefinition()) : [type];
    }

    static IEnumerable<(OpCode Code, MemberInfo? Member)> Instructions(MethodBase method, MethodBody body)
    {
        byte[] il = body.GetILAsByteArray() ?? [];
        Type[] typeArguments = method.DeclaringType is { IsGenericType: true } owner ? owner.GetGenericArguments() : [];
        Type[] methodArguments = method.IsGenericMethod ? method.GetGenericArguments() : [];
        for (int at = 0; at < il.Length;)
        {
            // Codes of two bytes begin with FE.
            short value = il[at++];
            if (value == 0xFE) value = unchecked((short)(0xFE00 | il[at++]));
            OpCode code = s_opCodes[value];
            MemberInfo? member = null;
            if (code.OperandType is OperandType.InlineMethod or OperandType.InlineField or OperandType.InlineType or OperandType.InlineTok)
                member = method.Module.ResolveMember(BitConverter.ToInt32(il, at), typeArguments, methodArguments);
            yield return (code, member);
            at += code.OperandType switch
            {
                OperandType.InlineNone => 0,
                OperandType.ShortInlineBrTarget or OperandType.ShortInlineI or OperandType.ShortInlineVar => 1,
                OperandType.InlineVar => 2,
                OperandType.InlineI8 or OperandType.InlineR => 8,
                OperandType.InlineSwitch => 4 + 4 * BitConverter.ToInt32(il, at),
                _ => 4,
            };
        }
    }
}
