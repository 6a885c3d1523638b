"""Around a case: whose phone it is, what was entrusted or shared, what follows, who is kept out for a while"""

import sqlalchemy as sa
from alembic import op

from bot.tables.support import GUARDS_POSTGRESQL, GUARDS_SQLITE
from directory.tables import UtcDateTime

revision = '0005'
down_revision = '0004'
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_index('uq_consent_whole', 'consent', ['id', 'case_id', 'partner_id', 'purpose'], unique=True)
    op.create_table('wrong_code',
    sa.Column('place_id', sa.String(length=36), nullable=False),
    sa.Column('hour', UtcDateTime(), nullable=False),
    sa.Column('n', sa.Integer(), nullable=False),
    sa.Column('forget_at', UtcDateTime(), nullable=False),
    sa.PrimaryKeyConstraint('place_id', 'hour', name=op.f('pk_wrong_code'))
    )
    op.create_index(op.f('ix_wrong_code_forget_at'), 'wrong_code', ['forget_at'], unique=False)
    op.create_table('guard',
    sa.Column('lane_id', sa.Integer(), nullable=False),
    sa.Column('state', sa.String(length=10), nullable=False),
    sa.Column('word_hash', sa.String(length=64), nullable=True),
    sa.Column('since', UtcDateTime(), nullable=True),
    sa.Column('forget_at', UtcDateTime(), nullable=False),
    sa.ForeignKeyConstraint(['lane_id'], ['lane.id'], name=op.f('fk_guard_lane_id')),
    sa.PrimaryKeyConstraint('lane_id', name=op.f('pk_guard'))
    )
    op.create_index(op.f('ix_guard_forget_at'), 'guard', ['forget_at'], unique=False)
    op.create_table('block',
    sa.Column('id', sa.Integer(), nullable=False),
    sa.Column('lane_id', sa.Integer(), nullable=False),
    sa.Column('hours', sa.Integer(), nullable=False),
    sa.Column('asked_by', sa.Integer(), nullable=False),
    sa.Column('confirmed_by', sa.Integer(), nullable=True),
    sa.Column('until', UtcDateTime(), nullable=True),
    sa.Column('card_at', UtcDateTime(), nullable=True),
    sa.Column('at', UtcDateTime(), nullable=False),
    sa.Column('forget_at', UtcDateTime(), nullable=False),
    sa.CheckConstraint('confirmed_by IS NULL OR confirmed_by <> asked_by', name=op.f('ck_block_two_block')),
    sa.CheckConstraint('hours <= 168 OR until IS NULL OR confirmed_by IS NOT NULL',
        name=op.f('ck_block_long_ones_need_two')),
    sa.ForeignKeyConstraint(['asked_by'], ['staff.id'], name=op.f('fk_block_asked_by')),
    sa.ForeignKeyConstraint(['confirmed_by'], ['staff.id'], name=op.f('fk_block_confirmed_by')),
    sa.ForeignKeyConstraint(['lane_id'], ['lane.id'], name=op.f('fk_block_lane_id')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_block'))
    )
    op.create_index(op.f('ix_block_forget_at'), 'block', ['forget_at'], unique=False)
    op.create_index(op.f('ix_block_lane_id'), 'block', ['lane_id'], unique=False)
    op.create_table('capacity',
    sa.Column('place_id', sa.String(length=36), nullable=False),
    sa.Column('state', sa.String(length=10), nullable=False),
    sa.Column('until', UtcDateTime(), nullable=True),
    sa.Column('staff_id', sa.Integer(), nullable=False),
    sa.Column('at', UtcDateTime(), nullable=False),
    sa.ForeignKeyConstraint(['staff_id'], ['staff.id'], name=op.f('fk_capacity_staff_id')),
    sa.PrimaryKeyConstraint('place_id', name=op.f('pk_capacity'))
    )
    op.create_table('tonight_contact',
    sa.Column('id', sa.Integer(), nullable=False),
    sa.Column('province', sa.String(length=2), nullable=False),
    sa.Column('kind', sa.String(length=12), nullable=False),
    sa.Column('sealed', sa.LargeBinary(), nullable=False),
    sa.Column('staff_id', sa.Integer(), nullable=False),
    sa.Column('at', UtcDateTime(), nullable=False),
    sa.Column('forget_at', UtcDateTime(), nullable=True),
    sa.ForeignKeyConstraint(['staff_id'], ['staff.id'], name=op.f('fk_tonight_contact_staff_id')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_tonight_contact'))
    )
    op.create_index(op.f('ix_tonight_contact_forget_at'), 'tonight_contact', ['forget_at'], unique=False)
    op.create_index(op.f('ix_tonight_contact_province'), 'tonight_contact', ['province'], unique=False)
    op.create_table('accompaniment',
    sa.Column('id', sa.Integer(), nullable=False),
    sa.Column('case_id', sa.Integer(), nullable=False),
    sa.Column('place_id', sa.String(length=36), nullable=True),
    sa.Column('when_at', UtcDateTime(), nullable=True),
    sa.Column('staff_id', sa.Integer(), nullable=True),
    sa.Column('state', sa.String(length=10), nullable=False),
    sa.Column('at', UtcDateTime(), nullable=False),
    sa.Column('forget_at', UtcDateTime(), nullable=True),
    sa.ForeignKeyConstraint(['case_id'], ['case.id'], name=op.f('fk_accompaniment_case_id')),
    sa.ForeignKeyConstraint(['staff_id'], ['staff.id'], name=op.f('fk_accompaniment_staff_id')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_accompaniment'))
    )
    op.create_index(op.f('ix_accompaniment_case_id'), 'accompaniment', ['case_id'], unique=False)
    op.create_index(op.f('ix_accompaniment_forget_at'), 'accompaniment', ['forget_at'], unique=False)
    op.create_table('check_in',
    sa.Column('id', sa.Integer(), nullable=False),
    sa.Column('case_id', sa.Integer(), nullable=False),
    sa.Column('lane_id', sa.Integer(), nullable=True),
    sa.Column('words', sa.String(length=12), nullable=False),
    sa.Column('due_at', UtcDateTime(), nullable=False),
    sa.Column('state', sa.String(length=10), nullable=False),
    sa.Column('sent_at', UtcDateTime(), nullable=True),
    sa.Column('forget_at', UtcDateTime(), nullable=True),
    sa.ForeignKeyConstraint(['case_id'], ['case.id'], name=op.f('fk_check_in_case_id')),
    sa.ForeignKeyConstraint(['lane_id'], ['lane.id'], name=op.f('fk_check_in_lane_id')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_check_in')),
    sa.UniqueConstraint('case_id', 'due_at', name=op.f('uq_check_in_case_id'))
    )
    op.create_index(op.f('ix_check_in_case_id'), 'check_in', ['case_id'], unique=False)
    op.create_index(op.f('ix_check_in_forget_at'), 'check_in', ['forget_at'], unique=False)
    op.create_index(op.f('ix_check_in_lane_id'), 'check_in', ['lane_id'], unique=False)
    op.create_table('entrusted',
    sa.Column('id', sa.Integer(), nullable=False),
    sa.Column('case_id', sa.Integer(), nullable=False),
    sa.Column('kind', sa.String(length=10), nullable=False),
    sa.Column('key_id', sa.String(length=32), nullable=False),
    sa.Column('sealed', sa.LargeBinary(), nullable=False),
    sa.Column('agreed_at', UtcDateTime(), nullable=True),
    sa.Column('at', UtcDateTime(), nullable=False),
    sa.Column('forget_at', UtcDateTime(), nullable=True),
    sa.ForeignKeyConstraint(['case_id'], ['case.id'], name=op.f('fk_entrusted_case_id')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_entrusted'))
    )
    op.create_index(op.f('ix_entrusted_case_id'), 'entrusted', ['case_id'], unique=False)
    op.create_index(op.f('ix_entrusted_forget_at'), 'entrusted', ['forget_at'], unique=False)
    op.create_table('handover_note',
    sa.Column('id', sa.Integer(), nullable=False),
    sa.Column('case_id', sa.Integer(), nullable=False),
    sa.Column('staff_id', sa.Integer(), nullable=False),
    sa.Column('codes', sa.String(length=200), nullable=False),
    sa.Column('sealed', sa.LargeBinary(), nullable=True),
    sa.Column('at', UtcDateTime(), nullable=False),
    sa.Column('forget_at', UtcDateTime(), nullable=True),
    sa.ForeignKeyConstraint(['case_id'], ['case.id'], name=op.f('fk_handover_note_case_id')),
    sa.ForeignKeyConstraint(['staff_id'], ['staff.id'], name=op.f('fk_handover_note_staff_id')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_handover_note'))
    )
    op.create_index(op.f('ix_handover_note_case_id'), 'handover_note', ['case_id'], unique=False)
    op.create_index(op.f('ix_handover_note_forget_at'), 'handover_note', ['forget_at'], unique=False)
    op.create_table('legal_duty',
    sa.Column('id', sa.Integer(), nullable=False),
    sa.Column('case_id', sa.Integer(), nullable=False),
    sa.Column('reason', sa.String(length=20), nullable=False),
    sa.Column('partner_id', sa.String(length=36), nullable=False),
    sa.Column('asked_by', sa.Integer(), nullable=False),
    sa.Column('confirmed_by', sa.Integer(), nullable=True),
    sa.Column('is_told', sa.Boolean(), nullable=False),
    sa.Column('at', UtcDateTime(), nullable=False),
    sa.Column('confirmed_at', UtcDateTime(), nullable=True),
    sa.Column('forget_at', UtcDateTime(), nullable=True),
    sa.CheckConstraint('confirmed_by IS NULL OR confirmed_by <> asked_by', name=op.f('ck_legal_duty_two_people')),
    sa.ForeignKeyConstraint(['asked_by'], ['staff.id'], name=op.f('fk_legal_duty_asked_by')),
    sa.ForeignKeyConstraint(['case_id'], ['case.id'], name=op.f('fk_legal_duty_case_id')),
    sa.ForeignKeyConstraint(['confirmed_by'], ['staff.id'], name=op.f('fk_legal_duty_confirmed_by')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_legal_duty')),
    sa.UniqueConstraint('id', 'case_id', 'partner_id', name=op.f('uq_legal_duty_id'))
    )
    op.create_index(op.f('ix_legal_duty_case_id'), 'legal_duty', ['case_id'], unique=False)
    op.create_index(op.f('ix_legal_duty_forget_at'), 'legal_duty', ['forget_at'], unique=False)
    op.create_table('sharing',
    sa.Column('id', sa.Integer(), nullable=False),
    sa.Column('case_id', sa.Integer(), nullable=False),
    sa.Column('partner_id', sa.String(length=36), nullable=False),
    sa.Column('purpose', sa.String(length=20), server_default='share', nullable=False),
    sa.Column('consent_id', sa.Integer(), nullable=True),
    sa.Column('duty_id', sa.Integer(), nullable=True),
    sa.Column('staff_id', sa.Integer(), nullable=False),
    sa.Column('at', UtcDateTime(), nullable=False),
    sa.Column('forget_at', UtcDateTime(), nullable=True),
    sa.CheckConstraint("purpose IN ('share', 'police')", name=op.f('ck_sharing_purpose_of_sharing')),
    sa.CheckConstraint('(consent_id IS NULL) <> (duty_id IS NULL)', name=op.f('ck_sharing_one_ground')),
    sa.ForeignKeyConstraint(['case_id'], ['case.id'], name=op.f('fk_sharing_case_id')),
    sa.ForeignKeyConstraint(['consent_id', 'case_id', 'partner_id', 'purpose'],
        ['consent.id', 'consent.case_id', 'consent.partner_id', 'consent.purpose'],
        name='fk_sharing_consent'),
    sa.ForeignKeyConstraint(['duty_id', 'case_id', 'partner_id'],
        ['legal_duty.id', 'legal_duty.case_id', 'legal_duty.partner_id'],
        name='fk_sharing_duty'),
    sa.ForeignKeyConstraint(['staff_id'], ['staff.id'], name=op.f('fk_sharing_staff_id')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_sharing'))
    )
    op.create_index(op.f('ix_sharing_case_id'), 'sharing', ['case_id'], unique=False)
    op.create_index(op.f('ix_sharing_forget_at'), 'sharing', ['forget_at'], unique=False)
    op.add_column('case', sa.Column('away_from', sa.String(length=2), nullable=True))
    op.add_column('case', sa.Column('organisation_id', sa.Integer(), nullable=True))
    op.add_column('transcript', sa.Column('is_readable', sa.Boolean(), server_default='1', nullable=False))
    for words in GUARDS_POSTGRESQL if op.get_bind().dialect.name == "postgresql" else GUARDS_SQLITE:
        op.execute(words)
