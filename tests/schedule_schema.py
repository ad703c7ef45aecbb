"""The part of the Task Scheduler's schema that a task of ours uses, after the tables of [MS-TSCH] 2.5: which elements there are,
in which order where order counts, and of which type. An element that is not here is refused."""

TASK = """<?xml version="1.0"?>
<xs:schema xmlns:xs="http://www.w3.org/2001/XMLSchema" xmlns="http://schemas.microsoft.com/windows/2004/02/mit/task"
    targetNamespace="http://schemas.microsoft.com/windows/2004/02/mit/task" elementFormDefault="qualified">
  <xs:simpleType name="text"><xs:restriction base="xs:string"><xs:minLength value="1"/></xs:restriction></xs:simpleType>
  <xs:simpleType name="path"><xs:restriction base="text"><xs:maxLength value="260"/></xs:restriction></xs:simpleType>
  <xs:element name="Task"><xs:complexType>
    <xs:all>
      <xs:element name="RegistrationInfo" minOccurs="0"><xs:complexType><xs:all>
        <xs:element name="Author" type="xs:string" minOccurs="0"/>
        <xs:element name="Description" type="xs:string" minOccurs="0"/>
      </xs:all></xs:complexType></xs:element>
      <xs:element name="Triggers"><xs:complexType><xs:choice maxOccurs="48">
        <xs:element name="TimeTrigger"><xs:complexType><xs:sequence>
          <xs:element name="Enabled" type="xs:boolean" minOccurs="0"/>
          <xs:element name="StartBoundary" type="xs:dateTime"/>
          <xs:element name="EndBoundary" type="xs:dateTime" minOccurs="0"/>
          <xs:element name="Repetition" minOccurs="0"><xs:complexType><xs:all>
            <xs:element name="Interval"><xs:simpleType><xs:restriction base="xs:duration">
              <xs:minInclusive value="PT1M"/><xs:maxInclusive value="P31D"/>
            </xs:restriction></xs:simpleType></xs:element>
            <xs:element name="Duration" type="xs:duration" minOccurs="0"/>
            <xs:element name="StopAtDurationEnd" type="xs:boolean" minOccurs="0"/>
          </xs:all></xs:complexType></xs:element>
          <xs:element name="ExecutionTimeLimit" type="xs:duration" minOccurs="0"/>
          <xs:element name="RandomDelay" type="xs:duration" minOccurs="0"/>
        </xs:sequence></xs:complexType></xs:element>
      </xs:choice></xs:complexType></xs:element>
      <xs:element name="Principals"><xs:complexType><xs:sequence>
        <xs:element name="Principal"><xs:complexType>
          <xs:all>
            <xs:element name="UserId" type="text"/>
            <xs:element name="LogonType"><xs:simpleType><xs:restriction base="xs:string">
              <xs:enumeration value="S4U"/><xs:enumeration value="Password"/><xs:enumeration value="InteractiveToken"/>
            </xs:restriction></xs:simpleType></xs:element>
            <xs:element name="RunLevel" minOccurs="0"><xs:simpleType><xs:restriction base="xs:string">
              <xs:enumeration value="LeastPrivilege"/><xs:enumeration value="HighestAvailable"/>
            </xs:restriction></xs:simpleType></xs:element>
          </xs:all>
          <xs:attribute name="id" type="xs:ID"/>
        </xs:complexType></xs:element>
      </xs:sequence></xs:complexType></xs:element>
      <xs:element name="Settings"><xs:complexType><xs:all>
        <xs:element name="MultipleInstancesPolicy" minOccurs="0"><xs:simpleType><xs:restriction base="xs:string">
          <xs:enumeration value="Parallel"/><xs:enumeration value="Queue"/>
          <xs:enumeration value="IgnoreNew"/><xs:enumeration value="StopExisting"/>
        </xs:restriction></xs:simpleType></xs:element>
        <xs:element name="DisallowStartIfOnBatteries" type="xs:boolean" minOccurs="0"/>
        <xs:element name="StopIfGoingOnBatteries" type="xs:boolean" minOccurs="0"/>
        <xs:element name="AllowHardTerminate" type="xs:boolean" minOccurs="0"/>
        <xs:element name="StartWhenAvailable" type="xs:boolean" minOccurs="0"/>
        <xs:element name="RunOnlyIfNetworkAvailable" type="xs:boolean" minOccurs="0"/>
        <xs:element name="AllowStartOnDemand" type="xs:boolean" minOccurs="0"/>
        <xs:element name="Enabled" type="xs:boolean" minOccurs="0"/>
        <xs:element name="Hidden" type="xs:boolean" minOccurs="0"/>
        <xs:element name="ExecutionTimeLimit" type="xs:duration" minOccurs="0"/>
        <xs:element name="Priority" minOccurs="0"><xs:simpleType><xs:restriction base="xs:byte">
          <xs:minInclusive value="0"/><xs:maxInclusive value="10"/>
        </xs:restriction></xs:simpleType></xs:element>
      </xs:all></xs:complexType></xs:element>
      <xs:element name="Actions"><xs:complexType>
        <xs:choice maxOccurs="32">
          <xs:element name="Exec"><xs:complexType><xs:all>
            <xs:element name="Command" type="path"/>
            <xs:element name="Arguments" type="text" minOccurs="0"/>
            <xs:element name="WorkingDirectory" type="path" minOccurs="0"/>
          </xs:all></xs:complexType></xs:element>
        </xs:choice>
        <xs:attribute name="Context" type="xs:IDREF"/>
      </xs:complexType></xs:element>
    </xs:all>
    <xs:attribute name="version"><xs:simpleType><xs:restriction base="xs:string">
      <xs:pattern value="[0-9]+(\\.[0-9]+){1,3}"/>
    </xs:restriction></xs:simpleType></xs:attribute>
  </xs:complexType></xs:element>
</xs:schema>
"""
